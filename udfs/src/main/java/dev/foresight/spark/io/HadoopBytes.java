package dev.foresight.spark.io;

import dev.foresight.tensor.ByteSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;

/** A file of a Hadoop file system, read by position. */
final class HadoopBytes implements ByteSource {
  private final FSDataInputStream stream;
  private final FileStatus status;

  HadoopBytes(FileSystem fileSystem, FileStatus status) throws IOException {
    this.status = status;
    this.stream = fileSystem.open(status.getPath());
  }

  @Override
  public String name() {
    return status.getPath().toString();
  }

  @Override
  public long size() {
    return status.getLen();
  }

  @Override
  public ByteBuffer read(long position, int length) throws IOException {
    byte[] bytes = new byte[length];
    stream.readFully(position, bytes); // positioned read: safe for several threads
    return ByteBuffer.wrap(bytes)
        .asReadOnlyBuffer()
        .order(ByteOrder.LITTLE_ENDIAN); // order last: a view forgets it
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
