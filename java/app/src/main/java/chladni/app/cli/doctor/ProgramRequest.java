package chladni.app.cli.doctor;

import chladni.app.cli.DeviceChoice;
import java.util.Locale;

/** A program to list. */
public record ProgramRequest(Network network, Work work, int batch, DeviceChoice device) {
  /** Networks at the widths at which they are used. */
  public enum Network {
    UNET128,
    UNET256,
    PATCHGAN,
    MULTIMODAL,
    PICTURE,
    SOUND;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What is done with one. */
  public enum Work {
    /** Forward with fixed statistics. */
    INFERENCE,
    /** Its training step; that of a U-Net is pix2pix's, with the discriminator. */
    STEP;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
