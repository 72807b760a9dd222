package chladni.app.report;

/**
 * What a classifier says.
 *
 * @param name of the class
 * @param probability in [0, 1]
 */
public record Label(String name, double probability) {}
