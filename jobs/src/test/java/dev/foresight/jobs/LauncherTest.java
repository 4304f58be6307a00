package dev.foresight.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/foresight} in a home of its own, whose java says what it was asked for. */
class LauncherTest {
  @TempDir private Path folder;
  private Path home;
  private final Map<String, String> environment = new TreeMap<>();

  record Ended(int exitCode, String out, String err) {}

  @BeforeEach
  void layOut() throws IOException {
    home = Files.createDirectories(folder.resolve("a home"));
    Files.createDirectories(home.resolve("target/lib"));
    Files.createDirectories(home.resolve("bin"));
    Files.copy(Path.of("../bin/foresight"), home.resolve("bin/foresight"));
    executable(home.resolve("bin/foresight"));
    environment.put("SPARK_HOME", spark("spark", "spark-core_2.13-4.2.0.jar").toString());
    environment.put("JAVA_HOME", jdk("jdk", "17.0.15").toString());
    environment.put("PATH", System.getenv("PATH"));
  }

  private Path spark(String name, String jar) throws IOException {
    Path jars = Files.createDirectories(folder.resolve(name).resolve("jars"));
    Files.createFile(jars.resolve(jar));
    return jars.getParent();
  }

  private Path jdk(String name, String version) throws IOException {
    Path jdk = Files.createDirectories(folder.resolve(name).resolve("bin")).getParent();
    Files.writeString(
        jdk.resolve("release"), "IMPLEMENTOR=\"X\"\nJAVA_VERSION=\"" + version + "\"\n");
    Files.writeString(
        jdk.resolve("bin/java"), "#!/bin/sh\nlocale charmap\nprintf '%s\\n' \"$@\"\n");
    executable(jdk.resolve("bin/java"));
    return jdk;
  }

  private static void executable(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Ended run(String... command) throws Exception {
    Path out = folder.resolve("out.txt");
    Path err = folder.resolve("err.txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    int exitCode = builder.start().waitFor();
    return new Ended(
        exitCode,
        new String(Files.readAllBytes(out), StandardCharsets.UTF_8),
        new String(Files.readAllBytes(err), StandardCharsets.UTF_8));
  }

  private Ended launch() throws Exception {
    return run(home.resolve("bin/foresight").toString(), "inspect", "--model", "a b");
  }

  private void assertRefused(String... parts) throws Exception {
    Ended ended = launch();
    assertThat(ended.exitCode()).as(ended.out() + ended.err()).isEqualTo(3);
    assertThat(ended.err()).startsWith("foresight: ").hasLineCount(1).contains(parts);
    assertThat(ended.out()).isEmpty();
  }

  @Test
  void withoutALocaleNamesAreUtf8() throws Exception { // no LANG, as in a container
    assertThat(launch().out()).startsWith("UTF-8\n");
    environment.put("LC_ALL", "POSIX");
    assertThat(launch().out()).startsWith("UTF-8\n");
    environment.put("LC_ALL", "xx_XX.UTF-8"); // a name that nobody has installed
    assertThat(launch().out()).startsWith("UTF-8\n");
  }

  @Test
  void argumentsAndFoldersWithSpacesArriveWhole() throws Exception {
    List<String> arguments = launch().out().lines().toList();
    assertThat(arguments).endsWith("dev.foresight.jobs.Foresight", "inspect", "--model", "a b");
    assertThat(arguments).contains("-Dforesight.home=" + home.toRealPath());
  }

  @Test
  void launcherIsFoundThroughLinksAndUnderCdpath() throws Exception {
    Path links = Files.createDirectory(folder.resolve("links"));
    Files.createSymbolicLink(links.resolve("foresight"), Path.of("../a home/bin/foresight"));
    Files.createSymbolicLink(links.resolve("again"), links.resolve("foresight"));
    environment.put("CDPATH", folder + ":" + home);
    for (String name : new String[] {"links/again", "a home/bin/foresight"}) {
      Ended ended = run("bash", name, "demo");
      assertThat(ended.exitCode()).as(ended.err()).isZero();
      assertThat(ended.out().lines()).contains("-Dforesight.home=" + home.toRealPath());
    }
  }

  @Test
  void temporaryFilesGoWhereTmpdirSays() throws Exception {
    Path own = Files.createDirectory(folder.resolve("own tmp"));
    environment.put("TMPDIR", own.toString());
    assertThat(launch().out().lines()).contains("-Djava.io.tmpdir=" + own);
    environment.put("TMPDIR", folder.resolve("nowhere").toString());
    assertRefused("nowhere", "TMPDIR");
  }

  @Test
  void sparkHomeWithoutThisSparkIsRefused() throws Exception {
    environment.put("SPARK_HOME", Files.createDirectory(folder.resolve("empty")).toString());
    assertRefused("SPARK_HOME", folder.resolve("empty").toString(), "unset");
    environment.put("SPARK_HOME", spark("older", "spark-core_2.12-3.5.1.jar").toString());
    assertRefused("Spark 4", "2.13");
  }

  @Test
  void javaThatIsMissingOrTooOldIsRefused() throws Exception {
    environment.put("JAVA_HOME", folder.resolve("no jdk").toString());
    assertRefused("JAVA_HOME", "no jdk", "17 or newer");
    environment.put("JAVA_HOME", jdk("eleven", "11.0.22").toString());
    assertRefused("eleven", "version 11");
    environment.put("JAVA_HOME", jdk("eight", "1.8.0_402").toString());
    assertRefused("eight", "version 8");
  }

  @Test
  void folderThatWasRemovedUnderTheShellIsRefused() throws Exception {
    Ended ended =
        run(
            "bash",
            "-c",
            "mkdir gone && cd gone && rmdir ../gone && exec \"$0\" demo",
            home.resolve("bin/foresight").toString());
    assertThat(ended.exitCode()).isEqualTo(3);
    assertThat(ended.err()).contains("foresight: the current folder").contains("is gone");
  }

  @Test
  void nothingBuiltSaysHowToBuild() throws Exception {
    Files.delete(home.resolve("target/lib"));
    assertRefused("mvn");
  }
}
