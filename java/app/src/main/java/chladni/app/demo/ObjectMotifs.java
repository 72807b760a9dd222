package chladni.app.demo;

/** Motifs that people made. Each draws within [-0.5, 0.5]², y downwards. */
final class ObjectMotifs {
  private ObjectMotifs() {}

  static void bell(Brush b) {
    b.shade().disc(0, 0.4, 0.12, 0.1).ring(0, -0.42, 0.07, 0.07, 0.05);
    b.body()
        .pie(0, -0.06, 0.28, 0.36, 0, 180)
        .poly(-0.28, -0.08, 0.28, -0.08, 0.46, 0.34, -0.46, 0.34);
    b.light().poly(-0.18, -0.2, -0.1, -0.2, -0.16, 0.26, -0.3, 0.26);
    b.shade().slab(-0.48, 0.28, 0.48, 0.37, 0.06);
  }

  static void sailboat(Brush b) {
    b.body()
        .poly(-0.02, -0.5, -0.02, 0.2, -0.44, 0.2)
        .light()
        .poly(0.04, -0.42, 0.4, 0.2, 0.04, 0.2);
    b.shade().poly(-0.48, 0.26, 0.48, 0.26, 0.3, 0.48, -0.32, 0.48);
  }

  static void balloon(Brush b) {
    b.shade()
        .box(-0.1, 0.36, 0.1, 0.5)
        .line(0.02, -0.2, 0.1, -0.09, 0.36)
        .line(0.02, 0.2, 0.1, 0.09, 0.36);
    b.body().disc(0, -0.13, 0.37, 0.37).poly(-0.3, 0.08, 0.3, 0.08, 0.1, 0.3, -0.1, 0.3);
    b.light()
        .disc(0, -0.13, 0.12, 0.37)
        .shade()
        .disc(-0.31, -0.1, 0.045, 0.2)
        .disc(0.31, -0.1, 0.045, 0.2);
  }

  static void wheel(Brush b) {
    b.body().ring(0, 0, 0.42, 0.42, 0.15).line(0.08, -0.4, 0, 0.4, 0).line(0.08, 0, -0.4, 0, 0.4);
    b.line(0.08, -0.28, -0.28, 0.28, 0.28).line(0.08, -0.28, 0.28, 0.28, -0.28);
    b.light().disc(0, 0, 0.14, 0.14);
  }

  static void clock(Brush b) {
    b.shade().disc(0, 0, 0.5, 0.5).body().disc(0, 0, 0.43, 0.43);
    b.shade().line(0.08, 0, 0, 0, -0.3).line(0.08, 0, 0, 0.2, 0.12);
    b.light().disc(0, 0, 0.06, 0.06).disc(0, 0.34, 0.04, 0.04).disc(0.34, 0, 0.04, 0.04);
    b.disc(-0.34, 0, 0.04, 0.04);
  }

  static void lantern(Brush b) {
    b.shade().line(0.05, 0, -0.5, 0, -0.3).box(-0.16, -0.4, 0.16, -0.3).box(-0.16, 0.32, 0.16, 0.4);
    b.line(0.05, 0, 0.4, 0, 0.5);
    b.body().disc(0, 0, 0.45, 0.33).light().disc(0, 0, 0.2, 0.33).body().disc(0, 0, 0.1, 0.33);
  }

  static void kite(Brush b) {
    b.body().poly(0, -0.5, 0.36, -0.12, 0, 0.36, -0.36, -0.12);
    b.light().poly(0, -0.5, 0, -0.12, -0.36, -0.12).poly(0, -0.12, 0.36, -0.12, 0, 0.36);
    b.shade().line(0.05, 0, 0.36, 0.1, 0.42, 0.02, 0.5);
  }

  static void drum(Brush b) {
    b.body().box(-0.44, -0.2, 0.44, 0.26).disc(0, 0.26, 0.44, 0.16);
    b.shade().line(0.05, -0.42, -0.14, -0.22, 0.36, 0, -0.04, 0.22, 0.36, 0.42, -0.14);
    b.light().disc(0, -0.2, 0.44, 0.17).shade().line(0.06, 0, -0.2, 0.34, -0.46);
  }

  static void anchor(Brush b) {
    b.body()
        .ring(0, -0.37, 0.1, 0.1, 0.08)
        .line(0.12, 0, -0.26, 0, 0.4)
        .line(0.1, -0.22, -0.14, 0.22, -0.14);
    b.line(0.12, -0.4, 0.1, -0.3, 0.32, 0, 0.44, 0.3, 0.32, 0.4, 0.1);
    b.poly(-0.5, 0.16, -0.42, -0.06, -0.26, 0.12).poly(0.5, 0.16, 0.42, -0.06, 0.26, 0.12);
  }

  static void rocket(Brush b) {
    b.light().poly(-0.12, 0.3, 0.12, 0.3, 0, 0.54);
    b.shade().poly(-0.18, 0, -0.4, 0.36, -0.12, 0.3).poly(0.18, 0, 0.4, 0.36, 0.12, 0.3);
    b.body().blob(0, -0.74, 0.26, -0.2, 0.22, 0.36, -0.22, 0.36, -0.26, -0.2);
    b.light().disc(0, -0.12, 0.1, 0.1).shade().disc(0, -0.12, 0.05, 0.05);
  }

  static void windmill(Brush b) {
    b.shade().poly(-0.1, -0.08, 0.1, -0.08, 0.2, 0.5, -0.2, 0.5);
    b.body();
    for (int i = 0; i < 4; i++) {
      double c = 0.48 * StrictMath.cos(StrictMath.PI * (i / 2.0 + 0.25));
      double s = 0.48 * StrictMath.sin(StrictMath.PI * (i / 2.0 + 0.25));
      b.poly(0, -0.08, c, s - 0.08, c - 0.5 * s, s + 0.5 * c - 0.08);
    }
    b.light().disc(0, -0.08, 0.08, 0.08);
  }

  static void note(Brush b) {
    b.body().disc(-0.26, 0.32, 0.2, 0.16).disc(0.3, 0.22, 0.2, 0.16);
    b.box(-0.16, -0.38, -0.06, 0.32).box(0.4, -0.48, 0.5, 0.22);
    b.poly(-0.16, -0.4, 0.5, -0.5, 0.5, -0.24, -0.16, -0.14);
    b.light().disc(-0.3, 0.29, 0.07, 0.05).disc(0.26, 0.19, 0.07, 0.05);
  }

  static void umbrella(Brush b) {
    b.shade().line(0.06, 0, 0, 0, 0.4, 0.08, 0.46, 0.16, 0.4).line(0.05, 0, -0.5, 0, -0.4);
    b.body().pie(0, 0.06, 0.5, 0.48, 0, 180);
    b.light()
        .pie(0, 0.06, 0.18, 0.48, 0, 180)
        .shade()
        .disc(-0.34, 0.06, 0.14, 0.04)
        .disc(0.34, 0.06, 0.14, 0.04);
  }

  static void candle(Brush b) {
    b.light().blob(0, -0.6, 0.14, -0.26, 0.1, -0.12, -0.1, -0.12, -0.14, -0.26);
    b.body().slab(-0.18, -0.1, 0.18, 0.42, 0.08).light().box(-0.12, -0.04, -0.05, 0.36);
    b.shade().disc(0, 0.42, 0.38, 0.08).line(0.03, 0, -0.1, 0, -0.16);
  }

  static void gear(Brush b) {
    b.body().star(10, 0.52, 0.36).disc(0, 0, 0.38, 0.38);
    b.shade().disc(0, 0, 0.22, 0.22).light().disc(0, 0, 0.1, 0.1);
  }

  static void tower(Brush b) {
    b.body().box(-0.28, -0.5, 0.28, 0.5).shade().box(0.12, -0.5, 0.28, 0.5).light();
    for (int i = 0; i < 4; i++) {
      b.box(-0.2, -0.4 + 0.23 * i, -0.1, -0.27 + 0.23 * i)
          .box(-0.02, -0.4 + 0.23 * i, 0.08, -0.27 + 0.23 * i);
    }
  }

  static void burst(Brush b) {
    b.body();
    for (int i = 0; i < 10; i++) {
      double c = StrictMath.cos(StrictMath.PI * i / 5);
      double s = StrictMath.sin(StrictMath.PI * i / 5);
      b.line(0.08, 0.16 * c, 0.16 * s, 0.42 * c, 0.42 * s).disc(0.44 * c, 0.44 * s, 0.07, 0.07);
    }
    b.light().disc(0, 0, 0.15, 0.15);
  }

  static void heart(Brush b) {
    b.body().disc(-0.23, -0.18, 0.25, 0.25).disc(0.23, -0.18, 0.25, 0.25);
    b.poly(-0.455, -0.07, 0.455, -0.07, 0, 0.48).box(-0.2, -0.2, 0.2, 0);
    b.light().disc(-0.27, -0.22, 0.09, 0.09);
  }

  static void castle(Brush b) {
    b.body().box(-0.42, -0.2, 0.42, 0.48).box(-0.5, -0.44, -0.22, 0.48).box(0.22, -0.44, 0.5, 0.48);
    b.shade()
        .box(-0.4, -0.46, -0.32, -0.34)
        .box(0.32, -0.46, 0.4, -0.34)
        .box(-0.06, -0.2, 0.06, -0.1);
    b.slab(-0.12, 0.12, 0.12, 0.6, 0.24)
        .light()
        .box(-0.4, -0.2, -0.32, -0.06)
        .box(0.32, -0.2, 0.4, -0.06);
  }

  static void lighthouse(Brush b) {
    b.light().poly(0, -0.32, 0.5, -0.48, 0.5, -0.18).poly(0, -0.32, -0.5, -0.48, -0.5, -0.18);
    b.body().poly(-0.12, -0.22, 0.12, -0.22, 0.2, 0.5, -0.2, 0.5);
    b.light().poly(-0.14, -0.02, 0.14, -0.02, 0.16, 0.12, -0.16, 0.12);
    b.shade().box(-0.12, -0.4, 0.12, -0.22).pie(0, -0.4, 0.12, 0.12, 0, 180);
  }

  static void ball(Brush b) {
    b.body()
        .disc(0, 0, 0.47, 0.47)
        .light()
        .pie(0, 0, 0.47, 0.47, 30, 60)
        .pie(0, 0, 0.47, 0.47, 150, 60);
    b.pie(0, 0, 0.47, 0.47, 270, 60).shade().disc(0, 0, 0.09, 0.09);
  }

  static void teacup(Brush b) {
    b.shade().disc(0, 0.4, 0.46, 0.09).ring(0.32, 0.04, 0.15, 0.14, 0.08);
    b.body()
        .poly(-0.38, -0.16, 0.38, -0.16, 0.22, 0.38, -0.22, 0.38)
        .light()
        .disc(0, -0.16, 0.38, 0.09);
    b.line(0.05, -0.1, -0.3, -0.04, -0.38, -0.1, -0.48)
        .line(0.05, 0.1, -0.3, 0.16, -0.38, 0.1, -0.48);
  }

  static void pawn(Brush b) {
    b.body().disc(0, -0.28, 0.2, 0.2).poly(-0.1, -0.16, 0.1, -0.16, 0.22, 0.34, -0.22, 0.34);
    b.slab(-0.24, -0.12, 0.24, -0.03, 0.08).shade().slab(-0.34, 0.3, 0.34, 0.48, 0.12);
    b.light().disc(-0.07, -0.33, 0.07, 0.07);
  }

  static void tent(Brush b) {
    b.shade().poly(0, -0.5, 0.24, -0.42, 0, -0.36).line(0.03, 0, -0.5, 0, -0.2);
    b.body().poly(0, -0.34, 0.5, 0.04, -0.5, 0.04).box(-0.42, 0.04, 0.42, 0.46);
    b.light()
        .poly(0, -0.34, 0.14, 0.04, -0.14, 0.04)
        .box(-0.42, 0.04, -0.26, 0.46)
        .box(0.26, 0.04, 0.42, 0.46);
    b.shade().poly(0, 0.1, 0.14, 0.46, -0.14, 0.46);
  }

  static void saucer(Brush b) {
    b.light().pie(0, -0.02, 0.24, 0.36, 0, 180).body().disc(0, 0.06, 0.5, 0.17);
    b.shade()
        .disc(0, 0.15, 0.26, 0.09)
        .light()
        .disc(-0.3, 0.06, 0.05, 0.04)
        .disc(0, 0.05, 0.05, 0.04);
    b.disc(0.3, 0.06, 0.05, 0.04);
  }
}
