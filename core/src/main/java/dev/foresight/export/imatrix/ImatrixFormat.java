package dev.foresight.export.imatrix;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;

/** The two kinds of files in which llama.cpp keeps an importance matrix. */
public enum ImatrixFormat {
  /**
   * A GGUF file, what llama.cpp writes since 2025: of each weight the sums of x² and the number of
   * tokens, as fp32.
   */
  GGUF {
    @Override
    public void write(ImportanceMatrix matrix, OutputStream out) throws IOException {
      GgufBytes header = new GgufBytes();
      header.magic().u32(3).u64(2L * matrix.meanSquare().size()).u64(4);
      header.string("general.type").u32(GgufBytes.STRING).string("imatrix");
      header.string("imatrix.datasets").u32(GgufBytes.ARRAY).u32(GgufBytes.STRING);
      header.u64(matrix.datasets().size());
      matrix.datasets().forEach(header::string);
      header.string("imatrix.chunk_count").u32(GgufBytes.U32).u32(matrix.sequences());
      header.string("imatrix.chunk_size").u32(GgufBytes.U32).u32(matrix.sequenceLength());
      long offset = 0;
      for (Map.Entry<String, double[]> weight : matrix.meanSquare().entrySet()) {
        int channels = weight.getValue().length;
        header.string(weight.getKey() + ".in_sum2").u32(2).u64(channels).u64(1);
        header.u32(GgufBytes.F32).u64(offset);
        offset += GgufBytes.padded((long) channels * Float.BYTES);
        header.string(weight.getKey() + ".counts").u32(2).u64(1).u64(1);
        header.u32(GgufBytes.F32).u64(offset);
        offset += GgufBytes.padded(Float.BYTES);
      }
      header.pad().writeTo(out);
      for (double[] mean : matrix.meanSquare().values()) {
        new GgufBytes().floats(mean, matrix.tokens()).pad().writeTo(out);
        new GgufBytes().f32(matrix.tokens()).pad().writeTo(out);
      }
    }
  },

  /** What llama.cpp wrote before: means of x², times the number of sequences. */
  DAT {
    @Override
    public void write(ImportanceMatrix matrix, OutputStream out) throws IOException {
      new GgufBytes().u32(matrix.meanSquare().size()).writeTo(out);
      long calls = matrix.sequences();
      for (Map.Entry<String, double[]> weight : matrix.meanSquare().entrySet()) {
        double[] mean = weight.getValue();
        new GgufBytes()
            .text(weight.getKey())
            .u32(calls)
            .u32(mean.length)
            .floats(mean, calls)
            .writeTo(out);
      }
      String texts = String.join(", ", matrix.datasets());
      new GgufBytes().u32(calls).text(texts).writeTo(out);
    }
  };

  /** Writes one file. The stream is not closed. */
  public abstract void write(ImportanceMatrix matrix, OutputStream out) throws IOException;
}
