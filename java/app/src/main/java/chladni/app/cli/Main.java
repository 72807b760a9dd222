package chladni.app.cli;

import chladni.app.cli.doctor.Doctor;
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
  static SequencedMap<String, Object> commands() {
    SequencedMap<String, Object> commands = new LinkedHashMap<>();
    commands.put("demo", new Demo());
    commands.put("doctor", new Doctor());
    return commands;
  }
}
