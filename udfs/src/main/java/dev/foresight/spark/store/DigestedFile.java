package dev.foresight.spark.store;

import dev.foresight.Hashing;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.util.HadoopOutputFile;
import org.apache.parquet.io.DelegatingPositionOutputStream;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;

/** A file that knows the checksum of what was written to it without reading it again. */
final class DigestedFile implements OutputFile {
  private final OutputFile file;
  private final MessageDigest digest = Hashing.sha256();
  private long bytes;

  DigestedFile(Path path, Configuration conf) throws IOException {
    this.file = HadoopOutputFile.fromPath(path, conf);
  }

  /** SHA-256 of what was written, once the writer is closed. */
  String sha256() {
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Length of what was written. */
  long bytes() {
    return bytes;
  }

  @Override
  public PositionOutputStream create(long blockSize) throws IOException {
    return digesting(file.create(blockSize));
  }

  @Override
  public PositionOutputStream createOrOverwrite(long blockSize) throws IOException {
    return digesting(file.createOrOverwrite(blockSize));
  }

  private PositionOutputStream digesting(PositionOutputStream out) {
    return new DelegatingPositionOutputStream(out) {
      @Override
      public long getPos() throws IOException {
        return out.getPos();
      }

      @Override
      public void write(int value) throws IOException {
        out.write(value);
        digest.update((byte) value);
        bytes++;
      }

      @Override
      public void write(byte[] values) throws IOException {
        write(values, 0, values.length);
      }

      @Override
      public void write(byte[] values, int from, int count) throws IOException {
        out.write(values, from, count);
        digest.update(values, from, count);
        bytes += count;
      }
    };
  }

  @Override
  public boolean supportsBlockSize() {
    return file.supportsBlockSize();
  }

  @Override
  public long defaultBlockSize() {
    return file.defaultBlockSize();
  }

  @Override
  public String getPath() {
    return file.getPath();
  }
}
