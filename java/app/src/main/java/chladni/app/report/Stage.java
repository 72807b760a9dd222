package chladni.app.report;

import java.util.OptionalDouble;

/**
 * A stage of the run.
 *
 * @param name a few words; also the stem of its metric keys
 * @param seconds wall-clock time
 * @param peakRssMib largest sum of the resident memory of all processes during it
 * @param note what it did, in a few words; may be empty
 */
public record Stage(String name, double seconds, OptionalDouble peakRssMib, String note) {}
