package chladni.cuda;

/**
 * What does a convolution.
 *
 * @param name the way, and behind a space what it has several of: {@code cudnn 62[2=1 13=1]}
 * @param plan from which it is made again without asking for it; may be empty
 */
record Choice(String name, String plan) {
  static Choice of(String name) {
    return new Choice(name, "");
  }

  String way() {
    return name.split(" ", 2)[0];
  }

  /** Which of those that the way has; empty where it has one. */
  String engine() {
    return name.substring(Math.min(name.length(), way().length() + 1));
  }
}
