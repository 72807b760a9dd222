package chladni.app.report;

/**
 * One figure of {@code metrics.json}.
 *
 * @param key its name there
 * @param value rates are fractions; a whole number is written without a point
 * @param meaning one line
 */
public record Metric(String key, double value, String meaning) {}
