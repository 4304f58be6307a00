package dev.foresight.spark.calibrate;

import dev.foresight.spark.store.PackedShard;
import dev.foresight.spark.store.StoredFile;
import java.io.Serializable;

/**
 * A shard's sequences on their way to the tasks: in the store, or here where the store is to keep
 * no token ids.
 *
 * @param shard what became of its documents
 * @param sequences file of the token ids, null where none are kept
 * @param tokens the token ids themselves, null where they are in the file
 */
@SuppressWarnings("ArrayRecordComponent") // travels once, never compared
public record PackedText(PackedShard shard, StoredFile sequences, int[][] tokens)
    implements Serializable {}
