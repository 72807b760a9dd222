package chladni.tests.training;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.sound2image.training.DataOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DataOrderTest {
  @Test
  void everyEpochHoldsEveryItemOnceInAnOrderOfItsOwn() {
    DataOrder order = new DataOrder(7, 3, 1, false);
    List<Integer> items = take(order, 1, 7);
    List<Integer> first = items.subList(0, 7);
    List<Integer> second = items.subList(7, 14);
    assertThat(first).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6);
    assertThat(second).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6);
    assertThat(first).isNotEqualTo(second);
  }

  @Test
  void aStepIsTheSameFromWhereverItIsReached() {
    List<Integer> whole = take(new DataOrder(31, 4, 9, false), 1, 40);
    List<Integer> resumed = take(new DataOrder(31, 4, 9, false), 21, 20);
    assertThat(resumed).isEqualTo(whole.subList(80, 160));
    DataOrder backwards = new DataOrder(31, 4, 9, false);
    backwards.items(40);
    assertThat(take(backwards, 1, 40)).isEqualTo(whole);
  }

  @Test
  void serialOrderIsThatOfTheDataAndSeedsDiffer() {
    assertThat(take(new DataOrder(3, 2, 1, true), 1, 3)).containsExactly(0, 1, 2, 0, 1, 2);
    assertThat(take(new DataOrder(100, 100, 1, false), 1, 1))
        .isNotEqualTo(take(new DataOrder(100, 100, 2, false), 1, 1));
  }

  @Test
  void aBatchMayBeLargerThanTheData() {
    assertThat(take(new DataOrder(2, 5, 1, true), 1, 1)).containsExactly(0, 1, 0, 1, 0);
  }

  private static List<Integer> take(DataOrder order, long from, int steps) {
    List<Integer> items = new ArrayList<>();
    for (long step = from; step < from + steps; step++) {
      for (int item : order.items(step)) {
        items.add(item);
      }
    }
    return items;
  }
}
