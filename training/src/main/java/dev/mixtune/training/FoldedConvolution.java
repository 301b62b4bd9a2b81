package dev.mixtune.training;

/**
 * A convolution with bias, ready for export.
 *
 * @param name readable path of the convolution in the network
 * @param weight [outputChannels, inputChannels, kernel, kernel], row-major
 * @param bias [outputChannels]
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of data that is never compared
record FoldedConvolution(
    String name,
    int outputChannels,
    int inputChannels,
    int kernel,
    int stride,
    int padding,
    float[] weight,
    float[] bias) {}
