package dev.foresight.tensor;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A file that can be read at any position, by several threads at once: mapped memory, or a stream
 * of a Hadoop file system.
 */
public interface ByteSource extends Closeable {
  /** What messages call this file. */
  String name();

  /** Length in bytes. */
  long size();

  /**
   * The bytes {@code [position, position + length)}, little-endian, read-only. Implementations may
   * hand out a view of mapped memory, so the buffer must not be used after {@link #close}.
   *
   * @throws IOException if the file ends earlier or can't be read
   */
  ByteBuffer read(long position, int length) throws IOException;
}
