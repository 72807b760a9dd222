package chladni.cuda;

/** Brings the bfloat16 copy of a variable up to date, before a run that finds it stale. */
record Rounding(String variable, Launch launch) {}
