package chladni.app.demo;

import chladni.sound2image.training.TrainingListener;
import java.util.function.BiConsumer;

/** Where a demo tells how far it is. */
public interface DemoProgress {
  DemoProgress SILENT =
      new DemoProgress() {
        @Override
        public BiConsumer<Integer, Integer> files(String what) {
          return (done, total) -> {};
        }

        @Override
        public TrainingListener training() {
          return TrainingListener.SILENT;
        }
      };

  /** Told of files done and of their total. */
  BiConsumer<Integer, Integer> files(String what);

  /** Told of training steps. */
  TrainingListener training();
}
