package chladni.app.report;

/**
 * A name and what it stands for, as text: a size of the preset, a property of the machine.
 *
 * @param name a word or two, for example {@code generator ngf}
 * @param value ready to be printed, with its unit
 */
public record Fact(String name, String value) {}
