package chladni.app.report;

import java.time.Instant;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What was run, on what, and what it cost as a whole.
 *
 * @param title heading of the page
 * @param command the command that repeats the run
 * @param seed of everything random
 * @param started when the run began
 * @param secondsTotal wall-clock time of the run
 * @param peakRssMib largest sum of the resident memory of all processes, where it was watched
 * @param preset sizes and steps of the networks and the corpus
 * @param machine processor, memory, Java, library versions
 */
public record RunHeader(
    String title,
    String command,
    long seed,
    Instant started,
    double secondsTotal,
    OptionalDouble peakRssMib,
    List<Fact> preset,
    List<Fact> machine) {}
