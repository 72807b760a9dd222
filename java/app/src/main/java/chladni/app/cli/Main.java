package chladni.app.cli;

import chladni.app.cli.doctor.Doctor;
import chladni.app.cli.job.BundleJob;
import chladni.app.cli.job.EncodersJob;
import chladni.app.cli.job.EvaluateJob;
import chladni.app.cli.job.ForwardJob;
import chladni.app.cli.job.GanJobs;
import chladni.app.cli.job.GenerateJob;
import chladni.app.cli.job.MultimodalJob;
import chladni.app.cli.job.Pix2PixJob;
import chladni.app.cli.job.PrepareJob;
import chladni.app.cli.job.ProgramJob;
import chladni.app.cli.job.ReplayJob;
import chladni.app.cli.job.SelectJob;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/** The process's entry: {@code chladni COMMAND ...}. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    Charset charset = Charset.defaultCharset();
    PrintWriter out = new PrintWriter(System.out, true, charset);
    PrintWriter err = new PrintWriter(System.err, true, charset);
    Terminal terminal = new Terminal(out, err, Terminal.columnsFromLauncher());
    int code = new Shell(commands(), terminal).run(args);
    out.flush();
    err.flush();
    System.exit(code);
  }

  /** Every command by its path, in the order in which help lists them. */
  public static SequencedMap<String, Object> commands() {
    SequencedMap<String, Object> commands = new LinkedHashMap<>();
    commands.put("demo", new Demo());
    commands.put("prepare", new Prepare(PrepareJob::run));
    commands.put("train encoders", new TrainEncoders(EncodersJob::run));
    commands.put("select", new Select(SelectJob::run));
    commands.put("train multimodal", new TrainMultimodal(MultimodalJob::run));
    commands.put("train image-gan", new TrainImageGan(GanJobs::imageGan));
    commands.put("train feature-gan", new TrainFeatureGan(GanJobs::featureGan));
    commands.put("train pix2pix", new TrainPix2pix(Pix2PixJob::run));
    commands.put("replay", new Replay(ReplayJob::run));
    commands.put("generate", new Generate(GenerateJob::run));
    commands.put("evaluate", new Evaluate(EvaluateJob::run));
    commands.put("net forward", new NetForward(ForwardJob::run));
    commands.put("bundle", new Bundle(BundleJob::run));
    commands.put("doctor", new Doctor(ProgramJob::run));
    return commands;
  }
}
