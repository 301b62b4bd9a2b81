package dev.mixtune.engine.lowering;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Tensors without their data, as ONNX describes data that lie elsewhere: by length and checksum. A
 * model of them is made in no time and tells how large the file with the data is. Equal tensors
 * stay equal, others stay different.
 */
final class HollowTensors {
  private static final String LENGTH = "length";
  private static final String CHECKSUM = "checksum";

  private HollowTensors() {}

  /** The tensor without its raw data. */
  static TensorProto hollow(TensorProto full) {
    ByteString data = full.getRawData();
    return full.toBuilder()
        .clearRawData()
        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
        .addExternalData(entry(LENGTH, Integer.toString(data.size())))
        .addExternalData(entry(CHECKSUM, checksum(data)))
        .build();
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  private static String checksum(ByteString data) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(data.asReadOnlyByteBuffer());
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }

  /** Bytes of the model's file with the data of its hollow tensors. */
  static long fileBytes(ModelProto model) {
    GraphProto graph = model.getGraph();
    long graphBytes = graph.getSerializedSize();
    for (TensorProto tensor : graph.getInitializerList()) {
      if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
        graphBytes += nested(fullBytes(tensor)) - nested(tensor.getSerializedSize());
      }
    }
    return model.getSerializedSize() - nested(graph.getSerializedSize()) + nested(graphBytes);
  }

  private static long fullBytes(TensorProto hollow) {
    long length = Long.parseLong(hollow.getExternalData(0).getValue());
    TensorProto described = hollow.toBuilder().clearExternalData().clearDataLocation().build();
    return described.getSerializedSize()
        + CodedOutputStream.computeTagSize(TensorProto.RAW_DATA_FIELD_NUMBER)
        + nested(length);
  }

  /**
   * Bytes of a part of a message: its length, which takes as many bytes as it needs, and itself.
   */
  private static long nested(long length) {
    return CodedOutputStream.computeUInt64SizeNoTag(length) + length;
  }
}
