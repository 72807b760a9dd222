package chladni.gpu;

/** One part of run.sh. */
interface Part {
  /** Puts what it finds into the report; an exception is a problem too. */
  void run(Options options, Report report) throws Exception;
}
