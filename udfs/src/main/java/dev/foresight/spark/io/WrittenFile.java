package dev.foresight.spark.io;

import dev.foresight.Hashing;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * A file of a folder that was written, so that a reader can tell whether it is still the same.
 *
 * @param bytes its size
 * @param sha256 of its content
 */
public record WrittenFile(long bytes, String sha256) implements Serializable {

  private static final int CHUNK = 1 << 20;

  /** Reads a file that is there, and hashes it. */
  public static WrittenFile read(Path file, Configuration conf) throws IOException {
    MessageDigest digest = Hashing.sha256();
    byte[] chunk = new byte[CHUNK];
    long bytes = 0;
    try (InputStream in = file.getFileSystem(conf).open(file)) {
      for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
        digest.update(chunk, 0, read);
        bytes += read;
      }
    }
    return new WrittenFile(bytes, HexFormat.of().formatHex(digest.digest()));
  }

  /** Writes a file, whole or not at all, and hashes it on the way. */
  public static WrittenFile write(
      Configuration conf, Path root, String file, AtomicFiles.StreamWriter writer)
      throws IOException {
    MessageDigest digest = Hashing.sha256();
    long[] bytes = new long[1];
    AtomicFiles.writeStream(
        conf,
        root,
        file,
        out -> {
          // not closed here: the stream below is its owner's
          DigestOutputStream hashed =
              new DigestOutputStream(out, digest) {
                @Override
                public void write(byte[] content, int offset, int length) throws IOException {
                  super.write(content, offset, length);
                  bytes[0] += length;
                }

                @Override
                public void write(int single) throws IOException {
                  super.write(single);
                  bytes[0]++;
                }
              };
          writer.write(hashed);
          hashed.flush();
        });
    return new WrittenFile(bytes[0], HexFormat.of().formatHex(digest.digest()));
  }
}
