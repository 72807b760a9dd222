package chladni.tests.cli;

import chladni.app.cli.Action;
import chladni.app.cli.NetForward;
import chladni.app.cli.Shell;
import chladni.app.cli.Terminal;
import chladni.app.cli.TrainPix2pix;
import chladni.app.cli.doctor.Doctor;
import chladni.app.cli.doctor.ProgramRequest;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/** A command line whose work is recorded instead of done. */
final class Console {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Object request;
  private Action<Object> action = (_, _) -> {};

  /** What the work does, once it is reached. */
  Console withAction(Action<Object> action) {
    this.action = action;
    return this;
  }

  int run(String... args) {
    SequencedMap<String, Object> commands = new LinkedHashMap<>();
    commands.put("train pix2pix", new TrainPix2pix(this::record));
    commands.put("doctor", new Doctor(this::record));
    commands.put("net forward", new NetForward(this::record));
    Terminal terminal = new Terminal(new PrintWriter(out, true), new PrintWriter(err, true), 0);
    return new Shell(commands, terminal).run(args);
  }

  private void record(Object asked, Terminal terminal) throws Exception {
    request = asked;
    action.run(asked, terminal);
  }

  TrainPix2pix.Request pix2pix() {
    return (TrainPix2pix.Request) request;
  }

  NetForward.Request forward() {
    return (NetForward.Request) request;
  }

  ProgramRequest program() {
    return (ProgramRequest) request;
  }

  boolean reachedWork() {
    return request != null;
  }

  String out() {
    return out.toString();
  }

  String err() {
    return err.toString();
  }
}
