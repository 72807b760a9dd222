package chladni.app.report;

/**
 * A clip that was skipped.
 *
 * @param clip its file name
 * @param reason one sentence
 */
public record Failure(String clip, String reason) {}
