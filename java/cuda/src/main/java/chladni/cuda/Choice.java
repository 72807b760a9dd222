package chladni.cuda;

/**
 * What does a convolution.
 *
 * @param name the way, and behind a space what it has several of: {@code cudnn 62[2=1 13=1]}
 * @param plan from which it is made again; may be empty. Asked without a card, cuDNN 9.24 made plans
 *     whose kernels it compiles in 0.6 to 3 s, and again from 70 to 250 KB of text in 1 to 19 ms
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
