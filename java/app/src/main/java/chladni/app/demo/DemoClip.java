package chladni.app.demo;

/**
 * One clip of the demo: what is seen and what is heard.
 *
 * @param id unique in the world, usable as a file name, silent about class and mismatch
 * @param picture the scene that is drawn
 * @param sound the scene that is played; the same as {@code picture} unless {@code mismatch}
 * @param mismatch whether the sound belongs to another class than the picture
 */
public record DemoClip(String id, Scene picture, Scene sound, boolean mismatch) {}
