package chladni.app.demo;

/**
 * What varies within a class: a property of the sound and the property of the picture that follows
 * it. Every value lies in [0, 1] and is uniformly distributed.
 */
public enum Attribute {
  /** Pitch of the sound, 1.6 octaves from 0 to 1; height of the motif, 0 at the bottom. */
  PITCH("pitch", "height"),
  /** RMS level of the sound, 9 dB from 0 to 1; area of the motif. */
  LOUDNESS("loudness", "size"),
  /** Rate of the sound's events, a factor of 2.8 from 0 to 1; number of copies of the motif. */
  RHYTHM("rhythm", "count"),
  /** Level of the air around 8.6 kHz, 25 dB from 0 to 1; colour of the motif. */
  BRIGHTNESS("brightness", "colour");

  private final String soundName;
  private final String pictureName;

  Attribute(String soundName, String pictureName) {
    this.soundName = soundName;
    this.pictureName = pictureName;
  }

  /** What the sound calls it, for example {@code pitch}. */
  public String soundName() {
    return soundName;
  }

  /** What the picture calls it, for example {@code height}. */
  public String pictureName() {
    return pictureName;
  }

  /** The value that the sound of a scene carries. */
  public double ofSound(Scene scene) {
    return switch (this) {
      case PITCH -> scene.pitch();
      case LOUDNESS -> scene.loudness();
      case RHYTHM -> scene.rhythm();
      case BRIGHTNESS -> scene.brightness();
    };
  }

  /** The value that the picture of a scene carries: the sound's with noise. */
  public double ofPicture(Scene scene) {
    return switch (this) {
      case PITCH -> scene.height();
      case LOUDNESS -> scene.size();
      case RHYTHM -> scene.count();
      case BRIGHTNESS -> scene.colour();
    };
  }
}
