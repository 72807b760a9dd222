package chladni.app.report;

/**
 * A held-out picture and what the image GAN makes of its features (paper, Fig. 3).
 *
 * @param className class of the clip
 * @param original its frame
 * @param generated the picture restored from the frame's features
 */
public record Restoration(String className, Rgb original, Rgb generated) {}
