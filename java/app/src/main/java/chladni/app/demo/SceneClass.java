package chladni.app.demo;

/** What makes a class: its name, how it looks and how it sounds. */
record SceneClass(String name, Look look, Timbre timbre) {

  /**
   * The look of a class. Colours are 0xRRGGBB.
   *
   * @param backdrop what stands behind the motif
   * @param top colour of the background's upper edge
   * @param bottom colour of the background's lower edge
   * @param ground colour of the backdrop's shapes
   * @param motif the shape that carries the attributes
   * @param dull colour of the motif at colour attribute 0
   * @param vivid colour of the motif at colour attribute 1
   */
  record Look(
      Backdrop backdrop, int top, int bottom, int ground, Motif motif, int dull, int vivid) {}

  /** Draws a motif around the origin within [-0.5, 0.5]², y downwards. */
  @FunctionalInterface
  interface Motif {
    void draw(Brush brush);
  }
}
