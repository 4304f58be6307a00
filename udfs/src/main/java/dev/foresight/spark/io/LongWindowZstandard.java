package dev.foresight.spark.io;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hadoop.io.compress.CompressionInputStream;
import org.apache.hadoop.io.compress.Decompressor;
import org.apache.hadoop.io.compress.ZStandardCodec;

/**
 * Reads {@code .zst} files, also those of {@code zstd --long=31}, as large collections of text are
 * published: Spark's reader refuses windows above 128 MiB. A window of that size is memory beside
 * the heap. Hadoop makes it by its name.
 */
public final class LongWindowZstandard extends ZStandardCodec {
  private static final int LARGEST_WINDOW = 31; // log2 of bytes, the most that the format has

  @Override
  public CompressionInputStream createInputStream(InputStream in) throws IOException {
    return new Stream(in, new ZstdInputStreamNoFinalizer(in).setLongMax(LARGEST_WINDOW));
  }

  @Override
  public CompressionInputStream createInputStream(InputStream in, Decompressor none)
      throws IOException {
    return createInputStream(in);
  }

  /** None to be pooled: the stream holds its own. */
  @Override
  public Class<? extends Decompressor> getDecompressorType() {
    return null;
  }

  @Override
  public Decompressor createDecompressor() {
    return null;
  }

  private static final class Stream extends CompressionInputStream {
    private final InputStream text;

    Stream(InputStream in, InputStream text) throws IOException {
      super(in);
      this.text = text;
    }

    @Override
    public int read() throws IOException {
      return text.read();
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      return text.read(bytes, offset, length);
    }

    @Override
    public void resetState() {
      throw new UnsupportedOperationException("A stream is read once");
    }

    @Override
    public void close() throws IOException {
      text.close(); // and what is below it
    }
  }
}
