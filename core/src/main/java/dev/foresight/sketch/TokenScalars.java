package dev.foresight.sketch;

import java.io.Serializable;

/**
 * What one block does to one sampled token, in numbers of the token.
 *
 * @param shard the token's shard
 * @param sequence its sequence in the shard
 * @param position its position in the sequence
 * @param key {@link SampledPlaces#key}
 * @param residual mean square over the channels of the residual stream behind the block
 * @param attention that the token receives in the block: the probabilities of all queries of its
 *     sequence, itself among them, added up, mean over the heads; 0 to the sequence's length
 * @param attentionOutput mean square over the channels of what attention gives, before the norm of
 *     it; 0 where the model has no such norm
 * @param mlpOutput the same of the MLP
 */
public record TokenScalars(
    String shard,
    long sequence,
    int position,
    long key,
    float residual,
    float attention,
    float attentionOutput,
    float mlpOutput)
    implements Sampled, Serializable {}
