package dev.foresight.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.model.Model;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which of three blocks are in memory where few may be, whoever asks. */
class BlockSessionsTest {
  private Model model;
  private BlockCache cache;
  private ExecutorService others;

  @BeforeEach
  void open() throws IOException {
    model = Llama.open();
    cache = BlockCache.temporary();
    others = Executors.newCachedThreadPool();
  }

  @AfterEach
  void close() throws IOException {
    others.shutdownNow();
    cache.close();
    model.close();
  }

  private BlockSessions sessions(int count) {
    return new BlockSessions(model, RunnerSettings.streaming(count), cache);
  }

  private static BlockSession used(BlockSessions sessions, int block) throws IOException {
    BlockSession session = sessions.acquire(block);
    sessions.release(block);
    return session;
  }

  @Test
  void blockStaysInMemoryUntilItsPlaceIsNeeded() throws IOException {
    try (BlockSessions sessions = sessions(2)) {
      BlockSession first = used(sessions, 0);
      assertThat(used(sessions, 0)).isSameAs(first);
      used(sessions, 1);
      assertThat(used(sessions, 0)).isSameAs(first);
      used(sessions, 2);
      assertThat(used(sessions, 0)).as("1 was used before 0").isSameAs(first);
      used(sessions, 1);
      used(sessions, 2);
      assertThat(used(sessions, 0)).as("the longest unused went").isNotSameAs(first);
    }
  }

  @Test
  void threadsShareOneSessionOfABlock() throws Exception {
    try (BlockSessions sessions = sessions(1)) {
      BlockSession mine = sessions.acquire(0);
      Future<BlockSession> other = others.submit(() -> sessions.acquire(0));
      assertThat(other.get(30, TimeUnit.SECONDS)).isSameAs(mine);
      sessions.release(0);
      sessions.release(0);
    }
  }

  @Test
  void blockInUseIsNotClosedForAnother() throws Exception {
    try (BlockSessions sessions = sessions(1)) {
      BlockSession held = sessions.acquire(0);
      Future<BlockSession> other = others.submit(() -> sessions.acquire(1));
      assertThatThrownBy(() -> other.get(200, TimeUnit.MILLISECONDS))
          .as("it waits for a place")
          .isInstanceOf(TimeoutException.class);
      sessions.release(0);
      assertThat(other.get(30, TimeUnit.SECONDS)).isNotSameAs(held);
      sessions.release(1);
    }
  }

  @Test
  void closedBlocksAreGivenToNobody() throws IOException {
    BlockSessions sessions = sessions(2);
    used(sessions, 0);
    sessions.close();
    assertThatThrownBy(() -> sessions.acquire(0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("are closed");
    sessions.close();
  }

  /** Those that wait for a place are told, too. */
  @Test
  void closingEndsTheWaitOfOthersAndSparesTheBlockInUse() throws Exception {
    BlockSessions sessions = sessions(1);
    sessions.acquire(0);
    Future<BlockSession> other = others.submit(() -> sessions.acquire(1));
    sessions.close();
    assertThatThrownBy(() -> other.get(30, TimeUnit.SECONDS))
        .hasCauseInstanceOf(IllegalStateException.class);
    sessions.release(0); // closes it: ONNX Runtime would refuse to close it twice
  }

  /** A weight that is not finite: the block can't be loaded, and its place is free again. */
  @Test
  void blockThatCanNotBeLoadedTakesNoPlace() throws IOException {
    Model damaged =
        Llama.open(
            (name, values) -> {
              if (name.equals("model.layers.1.mlp.up_proj.weight")) {
                values[3] = Float.NaN;
              }
            });
    try (Model closed = damaged;
        BlockSessions sessions = new BlockSessions(damaged, RunnerSettings.streaming(1), cache)) {
      for (int attempt = 0; attempt < 2; attempt++) {
        assertThatThrownBy(() -> sessions.acquire(1))
            .isInstanceOf(InputException.class)
            .hasMessageContaining("up_proj");
        assertThat(used(sessions, 0)).isNotNull();
      }
    }
  }
}
