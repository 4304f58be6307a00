package dev.foresight.tensor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;

/** A checkpoint some of whose tensors are those of another one of the same names and shapes. */
public final class PatchedCheckpoint implements Checkpoint {
  private final Checkpoint base;
  private final Checkpoint patch;

  /**
   * @param base what counts where the patch says nothing; it is not closed with this one
   * @param patch what counts else; closed with this one
   * @throws IllegalArgumentException if the patch has a tensor that the base lacks or has in
   *     another shape
   */
  public PatchedCheckpoint(Checkpoint base, Checkpoint patch) {
    this.base = base;
    this.patch = patch;
    for (TensorInfo tensor : patch.tensors()) {
      if (!base.contains(tensor.name())
          || !base.info(tensor.name()).shape().equals(tensor.shape())) {
        throw new IllegalArgumentException(tensor + " is in the place of no tensor of its shape");
      }
    }
  }

  @Override
  public Collection<TensorInfo> tensors() {
    return base.tensors().stream().map(tensor -> info(tensor.name())).toList();
  }

  @Override
  public boolean contains(String name) {
    return base.contains(name);
  }

  @Override
  public TensorInfo info(String name) {
    return of(name).info(name);
  }

  @Override
  public ByteBuffer bytes(String name) throws IOException {
    return of(name).bytes(name);
  }

  @Override
  public boolean dequantizes(String name) {
    return of(name).dequantizes(name);
  }

  @Override
  public float[] floats(String name) throws IOException {
    return of(name).floats(name);
  }

  private Checkpoint of(String name) {
    return patch.contains(name) ? patch : base;
  }

  @Override
  public void close() throws IOException {
    patch.close();
  }
}
