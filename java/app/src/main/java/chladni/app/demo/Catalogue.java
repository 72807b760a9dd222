package chladni.app.demo;

import static chladni.app.demo.Timbre.Envelope.DOUBLE;
import static chladni.app.demo.Timbre.Envelope.GATE;
import static chladni.app.demo.Timbre.Envelope.PLUCK;
import static chladni.app.demo.Timbre.Envelope.RAMP;
import static chladni.app.demo.Timbre.Envelope.SWELL;
import static chladni.app.demo.Timbre.Glide.DOWN;
import static chladni.app.demo.Timbre.Glide.LEVEL;
import static chladni.app.demo.Timbre.Glide.UP;
import static chladni.app.demo.Timbre.Glide.VIBRATO;
import static chladni.app.demo.Timbre.Source.BELL;
import static chladni.app.demo.Timbre.Source.BUZZ;
import static chladni.app.demo.Timbre.Source.NOISE;
import static chladni.app.demo.Timbre.Source.VOICE;

import chladni.app.demo.SceneClass.Look;
import chladni.app.demo.SceneClass.Motif;
import java.util.List;

/**
 * The table of classes. Four sources take turns, so that any first N classes differ much; within a
 * source no two classes share their pair of bands, and classes that share a pair differ in source
 * and envelope.
 */
final class Catalogue {
  private static final List<SceneClass> CLASSES =
      List.of(
          look("bell tower", Backdrop.SKYLINE, 0x33265c, 0x7a4a8c, 0x1d1438)
              .motif(ObjectMotifs::bell, 0xb5601a, 0xfff0a0)
              .sound(BELL, 1, 3, PLUCK, LEVEL),
          look("seashore", Backdrop.WAVES, 0x9fd8e8, 0x4fa8c8, 0x2f86b0)
              .motif(ObjectMotifs::sailboat, 0xd0342c, 0xffe680)
              .sound(NOISE, 1, 4, SWELL, LEVEL),
          look("hot-air balloons", Backdrop.HILLS, 0xffe8c8, 0xffc9a0, 0x8fb070)
              .motif(ObjectMotifs::balloon, 0x3048b0, 0xe02860)
              .sound(VOICE, 0, 2, SWELL, UP),
          look("bumblebee meadow", Backdrop.MEADOW, 0xa8e0ff, 0xd8f4d0, 0x4f9a3a)
              .motif(NatureMotifs::flower, 0xa01890, 0xffd800)
              .sound(BUZZ, 1, 3, SWELL, VIBRATO),
          look("starry night", Backdrop.STARS, 0x060a2c, 0x1c2a66, 0x0a3c40)
              .motif(NatureMotifs::star, 0xe06a10, 0xffffb0)
              .sound(BELL, 3, 5, PLUCK, LEVEL),
          look("thunderstorm", Backdrop.RAIN, 0x30343c, 0x58606c, 0x454c58)
              .motif(NatureMotifs::bolt, 0xb090ff, 0xffff30)
              .sound(NOISE, 0, 1, RAMP, LEVEL),
          look("owl wood", Backdrop.PINES, 0x241c50, 0x4a3c88, 0x15102c)
              .motif(NatureMotifs::owl, 0xb06a30, 0xf6e6c0)
              .sound(VOICE, 0, 1, DOUBLE, DOWN),
          look("rocket base", Backdrop.MOUNTAINS, 0x101018, 0x402030, 0x80402c)
              .motif(ObjectMotifs::rocket, 0x30a0d8, 0xf4f4f4)
              .sound(BUZZ, 0, 1, SWELL, UP),
          look("clockmaker", Backdrop.CURTAIN, 0x6a4426, 0x4a2c18, 0x5a3820)
              .motif(ObjectMotifs::clock, 0x38a890, 0xfff4d0)
              .sound(BELL, 4, 5, DOUBLE, LEVEL),
          look("campfire", Backdrop.PINES, 0x081814, 0x10302c, 0x041008)
              .motif(NatureMotifs::flame, 0xd01c08, 0xffe040)
              .sound(NOISE, 2, 5, PLUCK, LEVEL),
          look("whale bay", Backdrop.WAVES, 0x0c3c60, 0x0a6a8c, 0x084a78)
              .motif(NatureMotifs::whale, 0x60b0f0, 0xffffff)
              .sound(VOICE, 0, 3, SWELL, DOWN),
          look("flying saucers", Backdrop.FURROWS, 0x0c2818, 0x18583a, 0x0c3c24)
              .motif(ObjectMotifs::saucer, 0xa860e0, 0xc8ffd0)
              .sound(BUZZ, 2, 4, GATE, VIBRATO),
          look("crystal cave", Backdrop.DIAGONALS, 0x3c1450, 0x200830, 0x501c68)
              .motif(NatureMotifs::crystal, 0x20b0c0, 0xffd0f8)
              .sound(BELL, 2, 5, RAMP, LEVEL),
          look("desert wind", Backdrop.DUNES, 0xffd890, 0xf8a850, 0xe08838)
              .motif(NatureMotifs::cactus, 0x0c5030, 0x50c8a0)
              .sound(NOISE, 3, 4, SWELL, LEVEL),
          look("music hall", Backdrop.CURTAIN, 0x8c1020, 0x5c0814, 0x700c1a)
              .motif(ObjectMotifs::note, 0xd89020, 0xfffbe8)
              .sound(VOICE, 1, 3, GATE, VIBRATO),
          look("aquarium", Backdrop.SEABED, 0x40c0e0, 0x1868a8, 0x107058)
              .motif(NatureMotifs::fish, 0xd82818, 0xffe860)
              .sound(BUZZ, 0, 2, DOUBLE, UP),
          look("tea house", Backdrop.SCREEN, 0xf4ead0, 0xe4d4b0, 0xc4a880)
              .motif(ObjectMotifs::teacup, 0x1c2c80, 0xd04830)
              .sound(BELL, 3, 4, PLUCK, LEVEL),
          look("railway yard", Backdrop.BANDS, 0x8a8478, 0x6a6458, 0x787064)
              .motif(ObjectMotifs::wheel, 0x281410, 0xe05020)
              .sound(NOISE, 1, 2, DOUBLE, LEVEL),
          look("duck pond", Backdrop.RINGS, 0x58a890, 0x3c8878, 0x4c9c88)
              .motif(NatureMotifs::duck, 0x903c10, 0xfff0c0)
              .sound(VOICE, 2, 3, DOUBLE, DOWN),
          look("factory", Backdrop.SKYLINE, 0xb0b8c4, 0x8c94a4, 0x4c5464)
              .motif(ObjectMotifs::gear, 0x902010, 0xf8c020)
              .sound(BUZZ, 1, 2, GATE, LEVEL),
          look("chess room", Backdrop.CHECKER, 0xd8c8a8, 0xc0a880, 0xa08058)
              .motif(ObjectMotifs::pawn, 0x18181c, 0xd03048)
              .sound(BELL, 0, 4, DOUBLE, LEVEL),
          look("snow field", Backdrop.HILLS, 0xd8e8f8, 0xf4faff, 0xe0ecf8)
              .motif(NatureMotifs::snowflake, 0x1c2c90, 0x38a8e8)
              .sound(NOISE, 4, 5, GATE, LEVEL),
          look("castle fanfare", Backdrop.HILLS, 0x70b8f0, 0xc0e4f8, 0x3c8c3c)
              .motif(ObjectMotifs::castle, 0x5c3c6c, 0xf0c8a0)
              .sound(VOICE, 1, 4, GATE, LEVEL),
          look("harbour", Backdrop.WAVES, 0xf0a078, 0xb86880, 0x6c4470)
              .motif(ObjectMotifs::anchor, 0x0c50a0, 0x20f0e0)
              .sound(BUZZ, 0, 3, GATE, LEVEL),
          look("lantern street", Backdrop.SKYLINE, 0x480c14, 0x781c1c, 0x240408)
              .motif(ObjectMotifs::lantern, 0xf05810, 0xfff080)
              .sound(BELL, 1, 5, SWELL, VIBRATO),
          look("fireworks", Backdrop.SKYLINE, 0x04040c, 0x141430, 0x1c1c40)
              .motif(ObjectMotifs::burst, 0xe01870, 0x80ffb0)
              .sound(NOISE, 0, 5, PLUCK, LEVEL),
          look("kite festival", Backdrop.MEADOW, 0x88ccff, 0xe0f4ff, 0x9cc850)
              .motif(ObjectMotifs::kite, 0xc81830, 0xffb000)
              .sound(VOICE, 3, 5, SWELL, VIBRATO),
          look("honeycomb", Backdrop.HONEYCOMB, 0xf0b030, 0xd88c18, 0xb87010)
              .motif(NatureMotifs::honeyCell, 0x481c78, 0xe8f4ff)
              .sound(BUZZ, 2, 3, GATE, LEVEL),
          look("planetarium", Backdrop.RINGS, 0x14102c, 0x241c48, 0x2c2458)
              .motif(NatureMotifs::planet, 0xc04830, 0xa0e8e0)
              .sound(BELL, 0, 2, PLUCK, LEVEL),
          look("pine forest", Backdrop.PINES, 0xd0e0c8, 0x98b898, 0x6c9078)
              .motif(NatureMotifs::pine, 0x0c3c28, 0xd8a010)
              .sound(NOISE, 2, 3, SWELL, LEVEL),
          look("moonrise", Backdrop.DUNES, 0x3a4478, 0x5c6ca0, 0x2a3468)
              .motif(NatureMotifs::moon, 0xe8903c, 0xfffff0)
              .sound(VOICE, 0, 4, RAMP, VIBRATO),
          look("butterfly garden", Backdrop.BUBBLES, 0xc8f0a0, 0xa0d878, 0xb4e48c)
              .motif(NatureMotifs::butterfly, 0x2838a8, 0xe83890)
              .sound(BUZZ, 3, 5, DOUBLE, VIBRATO),
          look("heart parade", Backdrop.RAYS, 0xffd0dc, 0xffb0c4, 0xffe4ec)
              .motif(ObjectMotifs::heart, 0x70084c, 0xff5820)
              .sound(BELL, 2, 3, PLUCK, LEVEL),
          look("volcano", Backdrop.MOUNTAINS, 0x3c0804, 0x801c08, 0x1c0c0c)
              .motif(NatureMotifs::lavaBomb, 0xff5818, 0xffffa0)
              .sound(NOISE, 0, 2, RAMP, LEVEL),
          look("parrot jungle", Backdrop.DIAGONALS, 0x0c5c30, 0x084420, 0x10703c)
              .motif(NatureMotifs::parrot, 0xe02020, 0xf8e830)
              .sound(VOICE, 3, 4, RAMP, UP),
          look("city lights", Backdrop.BANDS, 0x1c3480, 0x4844a8, 0x28409c)
              .motif(ObjectMotifs::tower, 0xff4890, 0x80fff0)
              .sound(BUZZ, 1, 4, PLUCK, DOWN),
          look("candle chapel", Backdrop.ARCHES, 0x3c2c20, 0x2c2018, 0x34261c)
              .motif(ObjectMotifs::candle, 0xd85020, 0xfff0d0)
              .sound(BELL, 0, 3, PLUCK, VIBRATO),
          look("drum circle", Backdrop.RINGS, 0xc89868, 0xa87848, 0xb88858)
              .motif(ObjectMotifs::drum, 0x501010, 0x107888)
              .sound(NOISE, 0, 3, DOUBLE, LEVEL),
          look("lighthouse", Backdrop.WAVES, 0x182038, 0x284868, 0x10344c)
              .motif(ObjectMotifs::lighthouse, 0xe02830, 0xfff8b0)
              .sound(VOICE, 0, 5, GATE, LEVEL),
          look("beach ball", Backdrop.DUNES, 0x60d8f0, 0xb0f0f8, 0xf4dc98)
              .motif(ObjectMotifs::ball, 0xd01c48, 0x4820c0)
              .sound(BUZZ, 0, 4, PLUCK, UP),
          look("apple orchard", Backdrop.FURROWS, 0xd8f0f8, 0xa8d870, 0x88c058)
              .motif(NatureMotifs::apple, 0x8c0c18, 0xff9018)
              .sound(BELL, 1, 2, PLUCK, LEVEL),
          look("windmill", Backdrop.FURROWS, 0xa0c8f0, 0xf0e0a0, 0xd8b850)
              .motif(ObjectMotifs::windmill, 0x302858, 0xc02c2c)
              .sound(NOISE, 1, 3, DOUBLE, LEVEL),
          look("jellyfish deep", Backdrop.BUBBLES, 0x043040, 0x021420, 0x084c58)
              .motif(NatureMotifs::jellyfish, 0xb030c0, 0xc0fff8)
              .sound(VOICE, 1, 2, SWELL, VIBRATO),
          look("circus", Backdrop.RAYS, 0xf8e8c0, 0xf4dca8, 0xe87860)
              .motif(ObjectMotifs::tent, 0x102c88, 0x10c060)
              .sound(BUZZ, 1, 5, GATE, UP),
          look("umbrella square", Backdrop.CHECKER, 0xb8c4cc, 0x98a4b0, 0x7c8894)
              .motif(ObjectMotifs::umbrella, 0x801048, 0xffe020)
              .sound(BELL, 2, 4, RAMP, LEVEL),
          look("rainy window", Backdrop.SCREEN, 0x4c6880, 0x3c5468, 0x2c4054)
              .motif(NatureMotifs::drop, 0x38b0f0, 0xf8ffff)
              .sound(NOISE, 3, 5, GATE, LEVEL),
          look("mushroom glade", Backdrop.MEADOW, 0x2c4c2c, 0x48683c, 0x1c3418)
              .motif(NatureMotifs::mushroom, 0xd81c10, 0xffb878)
              .sound(VOICE, 2, 4, PLUCK, DOWN),
          look("crab beach", Backdrop.DUNES, 0xf8ecd0, 0xf4d8a8, 0xe8c488)
              .motif(NatureMotifs::crab, 0x700818, 0xff6038)
              .sound(BUZZ, 2, 5, GATE, LEVEL),
          look("tulip field", Backdrop.BANDS, 0xfce0f0, 0xe8f0b0, 0xb8d880)
              .motif(NatureMotifs::tulip, 0x581090, 0xf02830)
              .sound(BELL, 1, 4, RAMP, LEVEL),
          look("cloud plateau", Backdrop.MOUNTAINS, 0x3c78d0, 0x80b0f0, 0x4c6cb0)
              .motif(NatureMotifs::cloud, 0xf0c070, 0xffffff)
              .sound(NOISE, 2, 4, SWELL, LEVEL),
          look("autumn park", Backdrop.BUBBLES, 0x604020, 0x482c14, 0x785030)
              .motif(NatureMotifs::leaf, 0xe04410, 0xffe050)
              .sound(VOICE, 2, 5, DOUBLE, UP),
          look("ladybird lawn", Backdrop.DIAGONALS, 0x78d048, 0x60b838, 0x88dc58)
              .motif(NatureMotifs::ladybird, 0x680c28, 0xff5020)
              .sound(BUZZ, 3, 4, GATE, DOWN));

  /** Number of classes: 52, as in the paper. */
  static final int SIZE = CLASSES.size();

  private Catalogue() {}

  static SceneClass get(int classId) {
    return CLASSES.get(classId);
  }

  private static Row look(String name, Backdrop backdrop, int top, int bottom, int ground) {
    return new Row(name, backdrop, top, bottom, ground);
  }

  /** A row in the making: scenery, then motif, then sound. */
  private record Row(String name, Backdrop backdrop, int top, int bottom, int ground) {
    Named motif(Motif motif, int dull, int vivid) {
      return new Named(name, new Look(backdrop, top, bottom, ground, motif, dull, vivid));
    }
  }

  private record Named(String name, Look look) {
    SceneClass sound(
        Timbre.Source source, int low, int high, Timbre.Envelope envelope, Timbre.Glide glide) {
      return new SceneClass(name, look, new Timbre(source, low, high, envelope, glide));
    }
  }
}
