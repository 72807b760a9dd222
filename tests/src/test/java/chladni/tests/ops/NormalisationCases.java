package chladni.tests.ops;

import static chladni.tests.ops.OpCase.Derivative.NONE;
import static chladni.tests.ops.OpCase.Derivative.TWICE;

import chladni.engine.graph.BatchNorm;
import chladni.engine.graph.ChannelBroadcast;
import chladni.engine.graph.Dropout;
import chladni.engine.graph.LogSoftmax;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Batch normalisation, the logarithm of softmax, dropout. */
final class NormalisationCases {
  private final List<OpCase> cases = new ArrayList<>();

  private NormalisationCases() {}

  static List<OpCase> all() {
    NormalisationCases table = new NormalisationCases();
    table.batchNorm();
    table.logSoftmax();
    table.dropout();
    return table.cases;
  }

  private void batchNorm() {
    int[][] shapes = {{2, 1, 1, 1}, {4, 3, 7, 5}, {6, 33}, {12, 7, 1, 1}, {4, 31, 3}};
    for (int[] shape : shapes) {
      int channels = shape[1];
      for (int groups : new int[] {1, 2, 3}) {
        if (shape[0] % groups != 0 || shape[0] / groups < 2) {
          continue;
        }
        String name = Arrays.toString(shape) + " in groups " + groups;
        cases.add(
            OpCase.of(
                BatchNorm.class,
                name + ", batch statistics",
                TWICE,
                (_, x) -> {
                  Node mean = Ops.channelMean(x.get(0), groups);
                  Node var = Ops.channelVariance(x.get(0), mean);
                  return Ops.batchNorm(x.get(0), mean, var, x.get(1), x.get(2), 0.1);
                },
                Operand.signed(shape),
                Operand.uniform(0.5, 1.5, channels),
                Operand.signed(channels)));
        cases.add(
            OpCase.of(
                BatchNorm.class,
                name + ", given statistics",
                NONE,
                (_, x) ->
                    Ops.batchNorm(x.get(0), x.get(1), x.get(2), x.get(3), x.get(4), 1e-3),
                Operand.signed(shape),
                Operand.signed(groups, channels),
                Operand.uniform(0.5, 2, groups, channels),
                Operand.signed(channels),
                Operand.signed(channels)));
      }
      cases.add(
          OpCase.of(
              ChannelBroadcast.class,
              Arrays.toString(shape) + " in batch normalisation with fixed statistics",
              TWICE,
              (_, x) -> Ops.normalize(x.get(0), x.get(1), x.get(2), x.get(3), x.get(4), 1e-3),
              Operand.signed(shape),
              Operand.signed(channels),
              Operand.uniform(0.5, 2, channels),
              Operand.signed(channels),
              Operand.signed(channels)));
    }
  }

  private void logSoftmax() {
    int[][] shapes = {{1}, {7}, {3, 1}, {31, 33}, {2, 3, 7}, {1, 1021}};
    for (int[] shape : shapes) {
      cases.add(
          OpCase.of(
              LogSoftmax.class,
              Arrays.toString(shape),
              TWICE,
              (_, x) -> Ops.logSoftmax(x.get(0)),
              Operand.signed(shape)));
    }
    int[] picture = {2, 7, 33, 3};
    for (int axis = 0; axis < picture.length; axis++) {
      int a = axis;
      cases.add(
          OpCase.of(
              LogSoftmax.class,
              "over axis " + a,
              TWICE,
              (_, x) -> Ops.logSoftmax(x.get(0), a),
              Operand.signed(picture)));
    }
    cases.add(
        OpCase.of(
            LogSoftmax.class,
            "far apart over axis 0",
            NONE,
            (_, x) -> Ops.logSoftmax(x.get(0), 0),
            Operand.listed(new double[] {-300, 300, 299, 0, 1e4, 5, -1e4}, 5, 3)));
    cases.add(
        OpCase.of(
            LogSoftmax.class,
            "as softmax over axis 1, by threads",
            TWICE,
            (_, x) -> Ops.softmax(x.get(0), 1),
            Operand.signed(3, 31, 129)));
    cases.add(
        OpCase.of(
            LogSoftmax.class,
            "far apart",
            NONE,
            (_, x) -> Ops.logSoftmax(x.get(0)),
            Operand.listed(new double[] {-300, 300, 299, 0, 1e4}, 3, 5)));
    cases.add(
        OpCase.of(
            LogSoftmax.class,
            "as softmax",
            TWICE,
            (_, x) -> Ops.softmax(x.get(0)),
            Operand.signed(7, 31)));
  }

  private void dropout() {
    int[][] shapes = {{1}, {3}, {7}, {31}, {33}, {2, 3, 5, 7}, {1021}};
    for (int[] shape : shapes) {
      cases.add(
          OpCase.of(
              Dropout.class,
              Arrays.toString(shape),
              TWICE,
              (_, x) -> Ops.dropout(x.get(0), x.get(1), 0.3, 0x0123_4567_89AB_CDEFL, 5),
              Operand.signed(shape),
              Operand.ints(-3, 1 << 30)));
    }
    cases.add(
        OpCase.of(
            Dropout.class,
            "twice in other streams",
            TWICE,
            (_, x) -> {
              Node once = Ops.dropout(x.get(0), x.get(1), 0.5, -1, 1);
              return Ops.dropout(once, x.get(1), 0.5, -1, 2);
            },
            Operand.signed(3, 31),
            Operand.ints(7, 8)));
  }
}
