package dev.foresight.spark.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of any name and compression are opened as their names say. */
class FileSettingsTest {
  private final Configuration conf = new Configuration();

  @TempDir private java.nio.file.Path folder;

  private String read(String name) throws IOException {
    try (InputStream in = FileSettings.open(new Path(null, null, folder + "/" + name), conf)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  private void write(String name, byte[] bytes) throws IOException {
    Files.write(folder.resolve(name), bytes);
  }

  private interface Compressor {
    OutputStream of(OutputStream out) throws IOException;
  }

  private static byte[] compressed(Compressor compressor, String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = compressor.of(bytes)) {
      out.write(text.getBytes(UTF_8));
    }
    return bytes.toByteArray();
  }

  @Test
  void suffixSaysHowAFileIsCompressed() throws IOException {
    write("a.txt", "plain".getBytes(UTF_8));
    write("a.txt.gz", compressed(GZIPOutputStream::new, "gzip"));
    write("a.txt.zst", compressed(ZstdOutputStream::new, "zstandard"));
    assertThat(read("a.txt")).isEqualTo("plain");
    assertThat(read("a.txt.gz")).isEqualTo("gzip");
    assertThat(read("a.txt.zst")).isEqualTo("zstandard");
  }

  /** Both formats may be written piece by piece: RFC 1952 2.2 and RFC 8878 3.1. */
  @Test
  void piecesOneBehindTheOtherAreOneText() throws IOException {
    for (Map.Entry<String, Compressor> each :
        Map.<String, Compressor>of("a.gz", GZIPOutputStream::new, "a.zst", ZstdOutputStream::new)
            .entrySet()) {
      ByteArrayOutputStream both = new ByteArrayOutputStream();
      both.write(compressed(each.getValue(), "first, "));
      both.write(compressed(each.getValue(), "second"));
      write(each.getKey(), both.toByteArray());
      assertThat(read(each.getKey())).isEqualTo("first, second");
    }
  }

  @Test
  void fileWithAColonInItsNameIsOpened() throws IOException {
    write("10:30.txt.gz", compressed(GZIPOutputStream::new, "half past ten"));
    assertThat(read("10:30.txt.gz")).isEqualTo("half past ten");
  }

  @Test
  void fileThatEndsTooEarlyIsNoShorterText() throws IOException {
    byte[] whole = compressed(ZstdOutputStream::new, "some words of a text ".repeat(500));
    write("a.zst", java.util.Arrays.copyOf(whole, whole.length - 5));
    assertThatThrownBy(() -> read("a.zst")).isInstanceOf(IOException.class);
  }

  @Test
  void codecsOfTheSessionStayAndOursComesLastOnce() {
    conf.set("io.compression.codecs", "org.example.Codec");
    Map<String, String> settings = FileSettings.of(conf, List.of());
    String ours = "org.example.Codec," + LongWindowZstandard.class.getName();
    assertThat(settings).isEqualTo(Map.of("io.compression.codecs", ours));
    conf.set("io.compression.codecs", ours);
    assertThat(FileSettings.of(conf, List.of())).containsEntry("io.compression.codecs", ours);
  }
}
