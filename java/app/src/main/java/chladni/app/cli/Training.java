package chladni.app.cli;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A training inside a run, as far as it was given; the rest comes from the preset of the run.
 *
 * @param decay the share of the steps, at the end, over which the rate falls to zero
 * @param saveEvery steps between checkpoints, 0 for one at the end only
 * @param command what its checkpoints keep of it
 */
public record Training(
    Path run,
    Optional<Long> steps,
    Optional<Integer> batch,
    Optional<Double> rate,
    Optional<Double> decay,
    long saveEvery,
    boolean resume,
    long seed,
    DeviceChoice device,
    TrainingCommand command) {}
