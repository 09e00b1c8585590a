/*! deltatick client, Apache-2.0. Holds @msgpack/msgpack, ISC licence: see LICENSE-msgpack.txt. */

// node_modules/@msgpack/msgpack/dist.esm/utils/utf8.mjs
function utf8Count(str2) {
  const strLength = str2.length;
  let byteLength = 0;
  let pos = 0;
  while (pos < strLength) {
    let value = str2.charCodeAt(pos++);
    if ((value & 4294967168) === 0) {
      byteLength++;
      continue;
    } else if ((value & 4294965248) === 0) {
      byteLength += 2;
    } else {
      if (value >= 55296 && value <= 56319) {
        if (pos < strLength) {
          const extra = str2.charCodeAt(pos);
          if ((extra & 64512) === 56320) {
            ++pos;
            value = ((value & 1023) << 10) + (extra & 1023) + 65536;
          }
        }
      }
      if ((value & 4294901760) === 0) {
        byteLength += 3;
      } else {
        byteLength += 4;
      }
    }
  }
  return byteLength;
}
function utf8EncodeJs(str2, output, outputOffset) {
  const strLength = str2.length;
  let offset = outputOffset;
  let pos = 0;
  while (pos < strLength) {
    let value = str2.charCodeAt(pos++);
    if ((value & 4294967168) === 0) {
      output[offset++] = value;
      continue;
    } else if ((value & 4294965248) === 0) {
      output[offset++] = value >> 6 & 31 | 192;
    } else {
      if (value >= 55296 && value <= 56319) {
        if (pos < strLength) {
          const extra = str2.charCodeAt(pos);
          if ((extra & 64512) === 56320) {
            ++pos;
            value = ((value & 1023) << 10) + (extra & 1023) + 65536;
          }
        }
      }
      if ((value & 4294901760) === 0) {
        output[offset++] = value >> 12 & 15 | 224;
        output[offset++] = value >> 6 & 63 | 128;
      } else {
        output[offset++] = value >> 18 & 7 | 240;
        output[offset++] = value >> 12 & 63 | 128;
        output[offset++] = value >> 6 & 63 | 128;
      }
    }
    output[offset++] = value & 63 | 128;
  }
}
var sharedTextEncoder = new TextEncoder();
var TEXT_ENCODER_THRESHOLD = 50;
function utf8EncodeTE(str2, output, outputOffset) {
  sharedTextEncoder.encodeInto(str2, output.subarray(outputOffset));
}
function utf8Encode(str2, output, outputOffset) {
  if (str2.length > TEXT_ENCODER_THRESHOLD) {
    utf8EncodeTE(str2, output, outputOffset);
  } else {
    utf8EncodeJs(str2, output, outputOffset);
  }
}
var CHUNK_SIZE = 4096;
function utf8DecodeJs(bytes, inputOffset, byteLength) {
  let offset = inputOffset;
  const end = offset + byteLength;
  const units = [];
  let result = "";
  while (offset < end) {
    const byte1 = bytes[offset++];
    if ((byte1 & 128) === 0) {
      units.push(byte1);
    } else if ((byte1 & 224) === 192) {
      const byte2 = bytes[offset++] & 63;
      units.push((byte1 & 31) << 6 | byte2);
    } else if ((byte1 & 240) === 224) {
      const byte2 = bytes[offset++] & 63;
      const byte3 = bytes[offset++] & 63;
      units.push((byte1 & 31) << 12 | byte2 << 6 | byte3);
    } else if ((byte1 & 248) === 240) {
      const byte2 = bytes[offset++] & 63;
      const byte3 = bytes[offset++] & 63;
      const byte4 = bytes[offset++] & 63;
      let unit = (byte1 & 7) << 18 | byte2 << 12 | byte3 << 6 | byte4;
      if (unit > 65535) {
        unit -= 65536;
        units.push(unit >>> 10 & 1023 | 55296);
        unit = 56320 | unit & 1023;
      }
      units.push(unit);
    } else {
      units.push(byte1);
    }
    if (units.length >= CHUNK_SIZE) {
      result += String.fromCharCode(...units);
      units.length = 0;
    }
  }
  if (units.length > 0) {
    result += String.fromCharCode(...units);
  }
  return result;
}
var sharedTextDecoder = new TextDecoder();
var TEXT_DECODER_THRESHOLD = 200;
function utf8DecodeTD(bytes, inputOffset, byteLength) {
  const stringBytes = bytes.subarray(inputOffset, inputOffset + byteLength);
  return sharedTextDecoder.decode(stringBytes);
}
function utf8Decode(bytes, inputOffset, byteLength) {
  if (byteLength > TEXT_DECODER_THRESHOLD) {
    return utf8DecodeTD(bytes, inputOffset, byteLength);
  } else {
    return utf8DecodeJs(bytes, inputOffset, byteLength);
  }
}

// node_modules/@msgpack/msgpack/dist.esm/ExtensionCodec.mjs
var ExtensionCodec = {};

// node_modules/@msgpack/msgpack/dist.esm/utils/int.mjs
var UINT32_MAX = 4294967295;
function setUint64(view, offset, value) {
  const high = value / 4294967296;
  const low = value;
  view.setUint32(offset, high);
  view.setUint32(offset + 4, low);
}
function setInt64(view, offset, value) {
  const high = Math.floor(value / 4294967296);
  const low = value;
  view.setUint32(offset, high);
  view.setUint32(offset + 4, low);
}
function getInt64(view, offset) {
  const high = view.getInt32(offset);
  const low = view.getUint32(offset + 4);
  return high * 4294967296 + low;
}
function getUint64(view, offset) {
  const high = view.getUint32(offset);
  const low = view.getUint32(offset + 4);
  return high * 4294967296 + low;
}

// node_modules/@msgpack/msgpack/dist.esm/utils/typedArrays.mjs
function isArrayBufferLike(buffer) {
  return buffer instanceof ArrayBuffer || typeof SharedArrayBuffer !== "undefined" && buffer instanceof SharedArrayBuffer;
}
function ensureUint8Array(buffer) {
  if (buffer instanceof Uint8Array) {
    return buffer;
  } else if (ArrayBuffer.isView(buffer)) {
    return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  } else if (isArrayBufferLike(buffer)) {
    return new Uint8Array(buffer);
  } else {
    return Uint8Array.from(buffer);
  }
}

// node_modules/@msgpack/msgpack/dist.esm/Encoder.mjs
var DEFAULT_MAX_DEPTH = 100;
var DEFAULT_INITIAL_BUFFER_SIZE = 2048;
var Encoder = class _Encoder {
  extensionCodec;
  context;
  useBigInt64;
  maxDepth;
  initialBufferSize;
  sortKeys;
  forceFloat32;
  ignoreUndefined;
  forceIntegerToFloat;
  pos;
  view;
  bytes;
  entered = false;
  constructor(options) {
    this.extensionCodec = options?.extensionCodec ?? ExtensionCodec.defaultCodec;
    this.context = options?.context;
    this.useBigInt64 = options?.useBigInt64 ?? false;
    this.maxDepth = options?.maxDepth ?? DEFAULT_MAX_DEPTH;
    this.initialBufferSize = options?.initialBufferSize ?? DEFAULT_INITIAL_BUFFER_SIZE;
    this.sortKeys = options?.sortKeys ?? false;
    this.forceFloat32 = options?.forceFloat32 ?? false;
    this.ignoreUndefined = options?.ignoreUndefined ?? false;
    this.forceIntegerToFloat = options?.forceIntegerToFloat ?? false;
    this.pos = 0;
    this.view = new DataView(new ArrayBuffer(this.initialBufferSize));
    this.bytes = new Uint8Array(this.view.buffer);
  }
  clone() {
    return new _Encoder({
      extensionCodec: this.extensionCodec,
      context: this.context,
      useBigInt64: this.useBigInt64,
      maxDepth: this.maxDepth,
      initialBufferSize: this.initialBufferSize,
      sortKeys: this.sortKeys,
      forceFloat32: this.forceFloat32,
      ignoreUndefined: this.ignoreUndefined,
      forceIntegerToFloat: this.forceIntegerToFloat
    });
  }
  reinitializeState() {
    this.pos = 0;
  }
  /**
   * This is almost equivalent to {@link Encoder#encode}, but it returns an reference of the encoder's internal buffer and thus much faster than {@link Encoder#encode}.
   *
   * @returns Encodes the object and returns a shared reference the encoder's internal buffer.
   */
  encodeSharedRef(object) {
    if (this.entered) {
      const instance = this.clone();
      return instance.encodeSharedRef(object);
    }
    try {
      this.entered = true;
      this.reinitializeState();
      this.doEncode(object, 1);
      return this.bytes.subarray(0, this.pos);
    } finally {
      this.entered = false;
    }
  }
  /**
   * @returns Encodes the object and returns a copy of the encoder's internal buffer.
   */
  encode(object) {
    if (this.entered) {
      const instance = this.clone();
      return instance.encode(object);
    }
    try {
      this.entered = true;
      this.reinitializeState();
      this.doEncode(object, 1);
      return this.bytes.slice(0, this.pos);
    } finally {
      this.entered = false;
    }
  }
  doEncode(object, depth) {
    if (depth > this.maxDepth) {
      throw new Error(`Too deep objects in depth ${depth}`);
    }
    if (object == null) {
      this.encodeNil();
    } else if (typeof object === "boolean") {
      this.encodeBoolean(object);
    } else if (typeof object === "number") {
      if (!this.forceIntegerToFloat) {
        this.encodeNumber(object);
      } else {
        this.encodeNumberAsFloat(object);
      }
    } else if (typeof object === "string") {
      this.encodeString(object);
    } else if (this.useBigInt64 && typeof object === "bigint") {
      this.encodeBigInt64(object);
    } else {
      this.encodeObject(object, depth);
    }
  }
  ensureBufferSizeToWrite(sizeToWrite) {
    const requiredSize = this.pos + sizeToWrite;
    if (this.view.byteLength < requiredSize) {
      this.resizeBuffer(requiredSize * 2);
    }
  }
  resizeBuffer(newSize) {
    const newBuffer = new ArrayBuffer(newSize);
    const newBytes = new Uint8Array(newBuffer);
    const newView = new DataView(newBuffer);
    newBytes.set(this.bytes);
    this.view = newView;
    this.bytes = newBytes;
  }
  encodeNil() {
    this.writeU8(192);
  }
  encodeBoolean(object) {
    if (object === false) {
      this.writeU8(194);
    } else {
      this.writeU8(195);
    }
  }
  encodeNumber(object) {
    if (!this.forceIntegerToFloat && Number.isSafeInteger(object)) {
      if (object >= 0) {
        if (object < 128) {
          this.writeU8(object);
        } else if (object < 256) {
          this.writeU8(204);
          this.writeU8(object);
        } else if (object < 65536) {
          this.writeU8(205);
          this.writeU16(object);
        } else if (object < 4294967296) {
          this.writeU8(206);
          this.writeU32(object);
        } else if (!this.useBigInt64) {
          this.writeU8(207);
          this.writeU64(object);
        } else {
          this.encodeNumberAsFloat(object);
        }
      } else {
        if (object >= -32) {
          this.writeU8(224 | object + 32);
        } else if (object >= -128) {
          this.writeU8(208);
          this.writeI8(object);
        } else if (object >= -32768) {
          this.writeU8(209);
          this.writeI16(object);
        } else if (object >= -2147483648) {
          this.writeU8(210);
          this.writeI32(object);
        } else if (!this.useBigInt64) {
          this.writeU8(211);
          this.writeI64(object);
        } else {
          this.encodeNumberAsFloat(object);
        }
      }
    } else {
      this.encodeNumberAsFloat(object);
    }
  }
  encodeNumberAsFloat(object) {
    if (this.forceFloat32) {
      this.writeU8(202);
      this.writeF32(object);
    } else {
      this.writeU8(203);
      this.writeF64(object);
    }
  }
  encodeBigInt64(object) {
    if (object >= BigInt(0)) {
      this.writeU8(207);
      this.writeBigUint64(object);
    } else {
      this.writeU8(211);
      this.writeBigInt64(object);
    }
  }
  writeStringHeader(byteLength) {
    if (byteLength < 32) {
      this.writeU8(160 + byteLength);
    } else if (byteLength < 256) {
      this.writeU8(217);
      this.writeU8(byteLength);
    } else if (byteLength < 65536) {
      this.writeU8(218);
      this.writeU16(byteLength);
    } else if (byteLength < 4294967296) {
      this.writeU8(219);
      this.writeU32(byteLength);
    } else {
      throw new Error(`Too long string: ${byteLength} bytes in UTF-8`);
    }
  }
  encodeString(object) {
    const maxHeaderSize = 1 + 4;
    const byteLength = utf8Count(object);
    this.ensureBufferSizeToWrite(maxHeaderSize + byteLength);
    this.writeStringHeader(byteLength);
    utf8Encode(object, this.bytes, this.pos);
    this.pos += byteLength;
  }
  encodeObject(object, depth) {
    const ext = this.extensionCodec.tryToEncode(object, this.context);
    if (ext != null) {
      this.encodeExtension(ext);
    } else if (Array.isArray(object)) {
      this.encodeArray(object, depth);
    } else if (ArrayBuffer.isView(object)) {
      this.encodeBinary(object);
    } else if (typeof object === "object") {
      this.encodeMap(object, depth);
    } else {
      throw new Error(`Unrecognized object: ${Object.prototype.toString.apply(object)}`);
    }
  }
  encodeBinary(object) {
    const size = object.byteLength;
    if (size < 256) {
      this.writeU8(196);
      this.writeU8(size);
    } else if (size < 65536) {
      this.writeU8(197);
      this.writeU16(size);
    } else if (size < 4294967296) {
      this.writeU8(198);
      this.writeU32(size);
    } else {
      throw new Error(`Too large binary: ${size}`);
    }
    const bytes = ensureUint8Array(object);
    this.writeU8a(bytes);
  }
  encodeArray(object, depth) {
    const size = object.length;
    if (size < 16) {
      this.writeU8(144 + size);
    } else if (size < 65536) {
      this.writeU8(220);
      this.writeU16(size);
    } else if (size < 4294967296) {
      this.writeU8(221);
      this.writeU32(size);
    } else {
      throw new Error(`Too large array: ${size}`);
    }
    for (const item of object) {
      this.doEncode(item, depth + 1);
    }
  }
  countWithoutUndefined(object, keys) {
    let count = 0;
    for (const key of keys) {
      if (object[key] !== void 0) {
        count++;
      }
    }
    return count;
  }
  encodeMap(object, depth) {
    const keys = Object.keys(object);
    if (this.sortKeys) {
      keys.sort();
    }
    const size = this.ignoreUndefined ? this.countWithoutUndefined(object, keys) : keys.length;
    if (size < 16) {
      this.writeU8(128 + size);
    } else if (size < 65536) {
      this.writeU8(222);
      this.writeU16(size);
    } else if (size < 4294967296) {
      this.writeU8(223);
      this.writeU32(size);
    } else {
      throw new Error(`Too large map object: ${size}`);
    }
    for (const key of keys) {
      const value = object[key];
      if (!(this.ignoreUndefined && value === void 0)) {
        this.encodeString(key);
        this.doEncode(value, depth + 1);
      }
    }
  }
  encodeExtension(ext) {
    if (typeof ext.data === "function") {
      const data = ext.data(this.pos + 6);
      const size2 = data.length;
      if (size2 >= 4294967296) {
        throw new Error(`Too large extension object: ${size2}`);
      }
      this.writeU8(201);
      this.writeU32(size2);
      this.writeI8(ext.type);
      this.writeU8a(data);
      return;
    }
    const size = ext.data.length;
    if (size === 1) {
      this.writeU8(212);
    } else if (size === 2) {
      this.writeU8(213);
    } else if (size === 4) {
      this.writeU8(214);
    } else if (size === 8) {
      this.writeU8(215);
    } else if (size === 16) {
      this.writeU8(216);
    } else if (size < 256) {
      this.writeU8(199);
      this.writeU8(size);
    } else if (size < 65536) {
      this.writeU8(200);
      this.writeU16(size);
    } else if (size < 4294967296) {
      this.writeU8(201);
      this.writeU32(size);
    } else {
      throw new Error(`Too large extension object: ${size}`);
    }
    this.writeI8(ext.type);
    this.writeU8a(ext.data);
  }
  writeU8(value) {
    this.ensureBufferSizeToWrite(1);
    this.view.setUint8(this.pos, value);
    this.pos++;
  }
  writeU8a(values) {
    const size = values.length;
    this.ensureBufferSizeToWrite(size);
    this.bytes.set(values, this.pos);
    this.pos += size;
  }
  writeI8(value) {
    this.ensureBufferSizeToWrite(1);
    this.view.setInt8(this.pos, value);
    this.pos++;
  }
  writeU16(value) {
    this.ensureBufferSizeToWrite(2);
    this.view.setUint16(this.pos, value);
    this.pos += 2;
  }
  writeI16(value) {
    this.ensureBufferSizeToWrite(2);
    this.view.setInt16(this.pos, value);
    this.pos += 2;
  }
  writeU32(value) {
    this.ensureBufferSizeToWrite(4);
    this.view.setUint32(this.pos, value);
    this.pos += 4;
  }
  writeI32(value) {
    this.ensureBufferSizeToWrite(4);
    this.view.setInt32(this.pos, value);
    this.pos += 4;
  }
  writeF32(value) {
    this.ensureBufferSizeToWrite(4);
    this.view.setFloat32(this.pos, value);
    this.pos += 4;
  }
  writeF64(value) {
    this.ensureBufferSizeToWrite(8);
    this.view.setFloat64(this.pos, value);
    this.pos += 8;
  }
  writeU64(value) {
    this.ensureBufferSizeToWrite(8);
    setUint64(this.view, this.pos, value);
    this.pos += 8;
  }
  writeI64(value) {
    this.ensureBufferSizeToWrite(8);
    setInt64(this.view, this.pos, value);
    this.pos += 8;
  }
  writeBigUint64(value) {
    this.ensureBufferSizeToWrite(8);
    this.view.setBigUint64(this.pos, value);
    this.pos += 8;
  }
  writeBigInt64(value) {
    this.ensureBufferSizeToWrite(8);
    this.view.setBigInt64(this.pos, value);
    this.pos += 8;
  }
};

// node_modules/@msgpack/msgpack/dist.esm/utils/prettyByte.mjs
function prettyByte(byte) {
  return `${byte < 0 ? "-" : ""}0x${Math.abs(byte).toString(16).padStart(2, "0")}`;
}

// node_modules/@msgpack/msgpack/dist.esm/CachedKeyDecoder.mjs
var DEFAULT_MAX_KEY_LENGTH = 16;
var DEFAULT_MAX_LENGTH_PER_KEY = 16;
var CachedKeyDecoder = class {
  hit = 0;
  miss = 0;
  caches;
  maxKeyLength;
  maxLengthPerKey;
  constructor(maxKeyLength = DEFAULT_MAX_KEY_LENGTH, maxLengthPerKey = DEFAULT_MAX_LENGTH_PER_KEY) {
    this.maxKeyLength = maxKeyLength;
    this.maxLengthPerKey = maxLengthPerKey;
    this.caches = [];
    for (let i = 0; i < this.maxKeyLength; i++) {
      this.caches.push([]);
    }
  }
  canBeCached(byteLength) {
    return byteLength > 0 && byteLength <= this.maxKeyLength;
  }
  find(bytes, inputOffset, byteLength) {
    const records = this.caches[byteLength - 1];
    FIND_CHUNK: for (const record of records) {
      const recordBytes = record.bytes;
      for (let j = 0; j < byteLength; j++) {
        if (recordBytes[j] !== bytes[inputOffset + j]) {
          continue FIND_CHUNK;
        }
      }
      return record.str;
    }
    return null;
  }
  store(bytes, value) {
    const records = this.caches[bytes.length - 1];
    const record = { bytes, str: value };
    if (records.length >= this.maxLengthPerKey) {
      records[Math.random() * records.length | 0] = record;
    } else {
      records.push(record);
    }
  }
  decode(bytes, inputOffset, byteLength) {
    const cachedValue = this.find(bytes, inputOffset, byteLength);
    if (cachedValue != null) {
      this.hit++;
      return cachedValue;
    }
    this.miss++;
    const str2 = utf8DecodeJs(bytes, inputOffset, byteLength);
    const slicedCopyOfBytes = Uint8Array.prototype.slice.call(bytes, inputOffset, inputOffset + byteLength);
    this.store(slicedCopyOfBytes, str2);
    return str2;
  }
};

// node_modules/@msgpack/msgpack/dist.esm/DecodeError.mjs
var DecodeError = class _DecodeError extends Error {
  constructor(message) {
    super(message);
    const proto = Object.create(_DecodeError.prototype);
    Object.setPrototypeOf(this, proto);
    Object.defineProperty(this, "name", {
      configurable: true,
      enumerable: false,
      value: _DecodeError.name
    });
  }
};

// node_modules/@msgpack/msgpack/dist.esm/Decoder.mjs
var STATE_ARRAY = "array";
var STATE_MAP_KEY = "map_key";
var STATE_MAP_VALUE = "map_value";
var mapKeyConverter = (key) => {
  if (typeof key === "string" || typeof key === "number") {
    return key;
  }
  throw new DecodeError("The type of key must be string or number but " + typeof key);
};
var StackPool = class {
  stack = [];
  stackHeadPosition = -1;
  get length() {
    return this.stackHeadPosition + 1;
  }
  top() {
    return this.stack[this.stackHeadPosition];
  }
  pushArrayState(size) {
    const state = this.getUninitializedStateFromPool();
    state.type = STATE_ARRAY;
    state.position = 0;
    state.size = size;
    state.array = new Array(size);
  }
  pushMapState(size) {
    const state = this.getUninitializedStateFromPool();
    state.type = STATE_MAP_KEY;
    state.readCount = 0;
    state.size = size;
    state.map = {};
  }
  getUninitializedStateFromPool() {
    this.stackHeadPosition++;
    if (this.stackHeadPosition === this.stack.length) {
      const partialState = {
        type: void 0,
        size: 0,
        array: void 0,
        position: 0,
        readCount: 0,
        map: void 0,
        key: null
      };
      this.stack.push(partialState);
    }
    return this.stack[this.stackHeadPosition];
  }
  release(state) {
    const topStackState = this.stack[this.stackHeadPosition];
    if (topStackState !== state) {
      throw new Error("Invalid stack state. Released state is not on top of the stack.");
    }
    if (state.type === STATE_ARRAY) {
      const partialState = state;
      partialState.size = 0;
      partialState.array = void 0;
      partialState.position = 0;
      partialState.type = void 0;
    }
    if (state.type === STATE_MAP_KEY || state.type === STATE_MAP_VALUE) {
      const partialState = state;
      partialState.size = 0;
      partialState.map = void 0;
      partialState.readCount = 0;
      partialState.type = void 0;
    }
    this.stackHeadPosition--;
  }
  reset() {
    this.stack.length = 0;
    this.stackHeadPosition = -1;
  }
};
var HEAD_BYTE_REQUIRED = -1;
var EMPTY_VIEW = new DataView(new ArrayBuffer(0));
var EMPTY_BYTES = new Uint8Array(EMPTY_VIEW.buffer);
try {
  EMPTY_VIEW.getInt8(0);
} catch (e) {
  if (!(e instanceof RangeError)) {
    throw new Error("This module is not supported in the current JavaScript engine because DataView does not throw RangeError on out-of-bounds access");
  }
}
var MORE_DATA = new RangeError("Insufficient data");
var sharedCachedKeyDecoder = new CachedKeyDecoder();
var Decoder = class _Decoder {
  extensionCodec;
  context;
  useBigInt64;
  rawStrings;
  maxStrLength;
  maxBinLength;
  maxArrayLength;
  maxMapLength;
  maxExtLength;
  keyDecoder;
  mapKeyConverter;
  totalPos = 0;
  pos = 0;
  view = EMPTY_VIEW;
  bytes = EMPTY_BYTES;
  headByte = HEAD_BYTE_REQUIRED;
  stack = new StackPool();
  entered = false;
  constructor(options) {
    this.extensionCodec = options?.extensionCodec ?? ExtensionCodec.defaultCodec;
    this.context = options?.context;
    this.useBigInt64 = options?.useBigInt64 ?? false;
    this.rawStrings = options?.rawStrings ?? false;
    this.maxStrLength = options?.maxStrLength ?? UINT32_MAX;
    this.maxBinLength = options?.maxBinLength ?? UINT32_MAX;
    this.maxArrayLength = options?.maxArrayLength ?? UINT32_MAX;
    this.maxMapLength = options?.maxMapLength ?? UINT32_MAX;
    this.maxExtLength = options?.maxExtLength ?? UINT32_MAX;
    this.keyDecoder = options?.keyDecoder !== void 0 ? options.keyDecoder : sharedCachedKeyDecoder;
    this.mapKeyConverter = options?.mapKeyConverter ?? mapKeyConverter;
  }
  clone() {
    return new _Decoder({
      extensionCodec: this.extensionCodec,
      context: this.context,
      useBigInt64: this.useBigInt64,
      rawStrings: this.rawStrings,
      maxStrLength: this.maxStrLength,
      maxBinLength: this.maxBinLength,
      maxArrayLength: this.maxArrayLength,
      maxMapLength: this.maxMapLength,
      maxExtLength: this.maxExtLength,
      keyDecoder: this.keyDecoder
    });
  }
  reinitializeState() {
    this.totalPos = 0;
    this.headByte = HEAD_BYTE_REQUIRED;
    this.stack.reset();
  }
  setBuffer(buffer) {
    const bytes = ensureUint8Array(buffer);
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.pos = 0;
  }
  appendBuffer(buffer) {
    if (this.headByte === HEAD_BYTE_REQUIRED && !this.hasRemaining(1)) {
      this.setBuffer(buffer);
    } else {
      const remainingData = this.bytes.subarray(this.pos);
      const newData = ensureUint8Array(buffer);
      const newBuffer = new Uint8Array(remainingData.length + newData.length);
      newBuffer.set(remainingData);
      newBuffer.set(newData, remainingData.length);
      this.setBuffer(newBuffer);
    }
  }
  hasRemaining(size) {
    return this.view.byteLength - this.pos >= size;
  }
  createExtraByteError(posToShow) {
    const { view, pos } = this;
    return new RangeError(`Extra ${view.byteLength - pos} of ${view.byteLength} byte(s) found at buffer[${posToShow}]`);
  }
  /**
   * @throws {@link DecodeError}
   * @throws {@link RangeError}
   */
  decode(buffer) {
    if (this.entered) {
      const instance = this.clone();
      return instance.decode(buffer);
    }
    try {
      this.entered = true;
      this.reinitializeState();
      this.setBuffer(buffer);
      const object = this.doDecodeSync();
      if (this.hasRemaining(1)) {
        throw this.createExtraByteError(this.pos);
      }
      return object;
    } finally {
      this.entered = false;
    }
  }
  *decodeMulti(buffer) {
    if (this.entered) {
      const instance = this.clone();
      yield* instance.decodeMulti(buffer);
      return;
    }
    try {
      this.entered = true;
      this.reinitializeState();
      this.setBuffer(buffer);
      while (this.hasRemaining(1)) {
        yield this.doDecodeSync();
      }
    } finally {
      this.entered = false;
    }
  }
  async decodeAsync(stream) {
    if (this.entered) {
      const instance = this.clone();
      return instance.decodeAsync(stream);
    }
    try {
      this.entered = true;
      let decoded = false;
      let object;
      for await (const buffer of stream) {
        if (decoded) {
          this.entered = false;
          throw this.createExtraByteError(this.totalPos);
        }
        this.appendBuffer(buffer);
        try {
          object = this.doDecodeSync();
          decoded = true;
        } catch (e) {
          if (!(e instanceof RangeError)) {
            throw e;
          }
        }
        this.totalPos += this.pos;
      }
      if (decoded) {
        if (this.hasRemaining(1)) {
          throw this.createExtraByteError(this.totalPos);
        }
        return object;
      }
      const { headByte, pos, totalPos } = this;
      throw new RangeError(`Insufficient data in parsing ${prettyByte(headByte)} at ${totalPos} (${pos} in the current buffer)`);
    } finally {
      this.entered = false;
    }
  }
  decodeArrayStream(stream) {
    return this.decodeMultiAsync(stream, true);
  }
  decodeStream(stream) {
    return this.decodeMultiAsync(stream, false);
  }
  async *decodeMultiAsync(stream, isArray) {
    if (this.entered) {
      const instance = this.clone();
      yield* instance.decodeMultiAsync(stream, isArray);
      return;
    }
    try {
      this.entered = true;
      let isArrayHeaderRequired = isArray;
      let arrayItemsLeft = -1;
      for await (const buffer of stream) {
        if (isArray && arrayItemsLeft === 0) {
          throw this.createExtraByteError(this.totalPos);
        }
        this.appendBuffer(buffer);
        if (isArrayHeaderRequired) {
          arrayItemsLeft = this.readArraySize();
          isArrayHeaderRequired = false;
          this.complete();
        }
        try {
          while (true) {
            yield this.doDecodeSync();
            if (--arrayItemsLeft === 0) {
              break;
            }
          }
        } catch (e) {
          if (!(e instanceof RangeError)) {
            throw e;
          }
        }
        this.totalPos += this.pos;
      }
    } finally {
      this.entered = false;
    }
  }
  doDecodeSync() {
    DECODE: while (true) {
      const headByte = this.readHeadByte();
      let object;
      if (headByte >= 224) {
        object = headByte - 256;
      } else if (headByte < 192) {
        if (headByte < 128) {
          object = headByte;
        } else if (headByte < 144) {
          const size = headByte - 128;
          if (size !== 0) {
            this.pushMapState(size);
            this.complete();
            continue DECODE;
          } else {
            object = {};
          }
        } else if (headByte < 160) {
          const size = headByte - 144;
          if (size !== 0) {
            this.pushArrayState(size);
            this.complete();
            continue DECODE;
          } else {
            object = [];
          }
        } else {
          const byteLength = headByte - 160;
          object = this.decodeString(byteLength, 0);
        }
      } else if (headByte === 192) {
        object = null;
      } else if (headByte === 194) {
        object = false;
      } else if (headByte === 195) {
        object = true;
      } else if (headByte === 202) {
        object = this.readF32();
      } else if (headByte === 203) {
        object = this.readF64();
      } else if (headByte === 204) {
        object = this.readU8();
      } else if (headByte === 205) {
        object = this.readU16();
      } else if (headByte === 206) {
        object = this.readU32();
      } else if (headByte === 207) {
        if (this.useBigInt64) {
          object = this.readU64AsBigInt();
        } else {
          object = this.readU64();
        }
      } else if (headByte === 208) {
        object = this.readI8();
      } else if (headByte === 209) {
        object = this.readI16();
      } else if (headByte === 210) {
        object = this.readI32();
      } else if (headByte === 211) {
        if (this.useBigInt64) {
          object = this.readI64AsBigInt();
        } else {
          object = this.readI64();
        }
      } else if (headByte === 217) {
        const byteLength = this.lookU8();
        object = this.decodeString(byteLength, 1);
      } else if (headByte === 218) {
        const byteLength = this.lookU16();
        object = this.decodeString(byteLength, 2);
      } else if (headByte === 219) {
        const byteLength = this.lookU32();
        object = this.decodeString(byteLength, 4);
      } else if (headByte === 220) {
        const size = this.readU16();
        if (size !== 0) {
          this.pushArrayState(size);
          this.complete();
          continue DECODE;
        } else {
          object = [];
        }
      } else if (headByte === 221) {
        const size = this.readU32();
        if (size !== 0) {
          this.pushArrayState(size);
          this.complete();
          continue DECODE;
        } else {
          object = [];
        }
      } else if (headByte === 222) {
        const size = this.readU16();
        if (size !== 0) {
          this.pushMapState(size);
          this.complete();
          continue DECODE;
        } else {
          object = {};
        }
      } else if (headByte === 223) {
        const size = this.readU32();
        if (size !== 0) {
          this.pushMapState(size);
          this.complete();
          continue DECODE;
        } else {
          object = {};
        }
      } else if (headByte === 196) {
        const size = this.lookU8();
        object = this.decodeBinary(size, 1);
      } else if (headByte === 197) {
        const size = this.lookU16();
        object = this.decodeBinary(size, 2);
      } else if (headByte === 198) {
        const size = this.lookU32();
        object = this.decodeBinary(size, 4);
      } else if (headByte === 212) {
        object = this.decodeExtension(1, 0);
      } else if (headByte === 213) {
        object = this.decodeExtension(2, 0);
      } else if (headByte === 214) {
        object = this.decodeExtension(4, 0);
      } else if (headByte === 215) {
        object = this.decodeExtension(8, 0);
      } else if (headByte === 216) {
        object = this.decodeExtension(16, 0);
      } else if (headByte === 199) {
        const size = this.lookU8();
        object = this.decodeExtension(size, 1);
      } else if (headByte === 200) {
        const size = this.lookU16();
        object = this.decodeExtension(size, 2);
      } else if (headByte === 201) {
        const size = this.lookU32();
        object = this.decodeExtension(size, 4);
      } else {
        throw new DecodeError(`Unrecognized type byte: ${prettyByte(headByte)}`);
      }
      this.complete();
      const stack = this.stack;
      while (stack.length > 0) {
        const state = stack.top();
        if (state.type === STATE_ARRAY) {
          state.array[state.position] = object;
          state.position++;
          if (state.position === state.size) {
            object = state.array;
            stack.release(state);
          } else {
            continue DECODE;
          }
        } else if (state.type === STATE_MAP_KEY) {
          if (object === "__proto__") {
            throw new DecodeError("The key __proto__ is not allowed");
          }
          state.key = this.mapKeyConverter(object);
          state.type = STATE_MAP_VALUE;
          continue DECODE;
        } else {
          state.map[state.key] = object;
          state.readCount++;
          if (state.readCount === state.size) {
            object = state.map;
            stack.release(state);
          } else {
            state.key = null;
            state.type = STATE_MAP_KEY;
            continue DECODE;
          }
        }
      }
      return object;
    }
  }
  readHeadByte() {
    if (this.headByte === HEAD_BYTE_REQUIRED) {
      this.headByte = this.readU8();
    }
    return this.headByte;
  }
  complete() {
    this.headByte = HEAD_BYTE_REQUIRED;
  }
  readArraySize() {
    const headByte = this.readHeadByte();
    switch (headByte) {
      case 220:
        return this.readU16();
      case 221:
        return this.readU32();
      default: {
        if (headByte < 160) {
          return headByte - 144;
        } else {
          throw new DecodeError(`Unrecognized array type byte: ${prettyByte(headByte)}`);
        }
      }
    }
  }
  pushMapState(size) {
    if (size > this.maxMapLength) {
      throw new DecodeError(`Max length exceeded: map length (${size}) > maxMapLengthLength (${this.maxMapLength})`);
    }
    this.stack.pushMapState(size);
  }
  pushArrayState(size) {
    if (size > this.maxArrayLength) {
      throw new DecodeError(`Max length exceeded: array length (${size}) > maxArrayLength (${this.maxArrayLength})`);
    }
    this.stack.pushArrayState(size);
  }
  decodeString(byteLength, headerOffset) {
    if (!this.rawStrings || this.stateIsMapKey()) {
      return this.decodeUtf8String(byteLength, headerOffset);
    }
    return this.decodeBinary(byteLength, headerOffset);
  }
  /**
   * @throws {@link RangeError}
   */
  decodeUtf8String(byteLength, headerOffset) {
    if (byteLength > this.maxStrLength) {
      throw new DecodeError(`Max length exceeded: UTF-8 byte length (${byteLength}) > maxStrLength (${this.maxStrLength})`);
    }
    if (this.bytes.byteLength < this.pos + headerOffset + byteLength) {
      throw MORE_DATA;
    }
    const offset = this.pos + headerOffset;
    let object;
    if (this.stateIsMapKey() && this.keyDecoder?.canBeCached(byteLength)) {
      object = this.keyDecoder.decode(this.bytes, offset, byteLength);
    } else {
      object = utf8Decode(this.bytes, offset, byteLength);
    }
    this.pos += headerOffset + byteLength;
    return object;
  }
  stateIsMapKey() {
    if (this.stack.length > 0) {
      const state = this.stack.top();
      return state.type === STATE_MAP_KEY;
    }
    return false;
  }
  /**
   * @throws {@link RangeError}
   */
  decodeBinary(byteLength, headOffset) {
    if (byteLength > this.maxBinLength) {
      throw new DecodeError(`Max length exceeded: bin length (${byteLength}) > maxBinLength (${this.maxBinLength})`);
    }
    if (!this.hasRemaining(byteLength + headOffset)) {
      throw MORE_DATA;
    }
    const offset = this.pos + headOffset;
    const object = this.bytes.subarray(offset, offset + byteLength);
    this.pos += headOffset + byteLength;
    return object;
  }
  decodeExtension(size, headOffset) {
    if (size > this.maxExtLength) {
      throw new DecodeError(`Max length exceeded: ext length (${size}) > maxExtLength (${this.maxExtLength})`);
    }
    const extType = this.view.getInt8(this.pos + headOffset);
    const data = this.decodeBinary(
      size,
      headOffset + 1
      /* extType */
    );
    return this.extensionCodec.decode(data, extType, this.context);
  }
  lookU8() {
    return this.view.getUint8(this.pos);
  }
  lookU16() {
    return this.view.getUint16(this.pos);
  }
  lookU32() {
    return this.view.getUint32(this.pos);
  }
  readU8() {
    const value = this.view.getUint8(this.pos);
    this.pos++;
    return value;
  }
  readI8() {
    const value = this.view.getInt8(this.pos);
    this.pos++;
    return value;
  }
  readU16() {
    const value = this.view.getUint16(this.pos);
    this.pos += 2;
    return value;
  }
  readI16() {
    const value = this.view.getInt16(this.pos);
    this.pos += 2;
    return value;
  }
  readU32() {
    const value = this.view.getUint32(this.pos);
    this.pos += 4;
    return value;
  }
  readI32() {
    const value = this.view.getInt32(this.pos);
    this.pos += 4;
    return value;
  }
  readU64() {
    const value = getUint64(this.view, this.pos);
    this.pos += 8;
    return value;
  }
  readI64() {
    const value = getInt64(this.view, this.pos);
    this.pos += 8;
    return value;
  }
  readU64AsBigInt() {
    const value = this.view.getBigUint64(this.pos);
    this.pos += 8;
    return value;
  }
  readI64AsBigInt() {
    const value = this.view.getBigInt64(this.pos);
    this.pos += 8;
    return value;
  }
  readF32() {
    const value = this.view.getFloat32(this.pos);
    this.pos += 4;
    return value;
  }
  readF64() {
    const value = this.view.getFloat64(this.pos);
    this.pos += 8;
    return value;
  }
};

// src/guard.js
var MAX_DEPTH = 8;
var WireError = class extends Error {
  name = "WireError";
};
var left = new Uint32Array(MAX_DEPTH + 1);
var isMap = new Uint8Array(MAX_DEPTH + 1);
var strict = new TextDecoder("utf-8", { fatal: true });
var refusedKeys = /* @__PURE__ */ new Set(["__proto__", "constructor", "prototype"]);
function kindOf(b) {
  const at = (b[0] & 240) === 144 ? 1 : 3;
  return (at === 1 || b[0] === 220) && b[at] < 128 ? b[at] : -1;
}
function checkFrame(b) {
  if (kindOf(b) < 0) throw new WireError("not an array with a kind");
  let depth = 0;
  let pos = 0;
  left[0] = 1;
  isMap[0] = 0;
  for (; ; ) {
    while (left[depth] === 0) {
      if (depth === 0) {
        if (pos !== b.length) throw new WireError("bytes after the end");
        return;
      }
      depth--;
    }
    if (pos >= b.length) throw new WireError("truncated");
    left[depth]--;
    const key = isMap[depth] === 1 && (left[depth] & 1) === 1;
    const head = b[pos];
    const size = sizeOf(b, pos, head);
    pos += size < 0 ? -size : size;
    if (pos > b.length) throw new WireError("truncated");
    if (key) checkKey(b, pos, size, head);
    if (size >= 0) continue;
    const count = countOf(b, pos + size, head);
    const map = head < 144 || head >= 222;
    const values = map ? count * 2 : count;
    if (values > b.length - pos) throw new WireError("truncated");
    if (++depth > MAX_DEPTH) throw new WireError("nested too deep");
    left[depth] = values;
    isMap[depth] = map ? 1 : 0;
  }
}
function sizeOf(b, pos, head) {
  if (head < 128 || head >= 224) return 1;
  if (head < 160) return -1;
  if (head < 192) return text(b, pos + 1, head & 31, 1);
  switch (head) {
    case 192:
    case 194:
    case 195:
      return 1;
    case 204:
    case 208:
      return 2;
    case 205:
    case 209:
      return 3;
    case 202:
    case 206:
    case 210:
      return 5;
    case 203:
      return 9;
    case 207:
    case 211:
      return wide(b, pos + 1, head === 211);
    case 196:
      return 2 + u8(b, pos + 1);
    case 197:
      return 3 + u16(b, pos + 1);
    case 198:
      return 5 + u32(b, pos + 1);
    case 217:
      return text(b, pos + 2, u8(b, pos + 1), 2);
    case 218:
      return text(b, pos + 3, u16(b, pos + 1), 3);
    case 219:
      return text(b, pos + 5, u32(b, pos + 1), 5);
    case 220:
    case 222:
      return -3;
    case 221:
    case 223:
      return -5;
    default:
      throw new WireError(`type byte 0x${head.toString(16)}`);
  }
}
function countOf(b, pos, head) {
  if (head < 160) return head & 15;
  return head === 220 || head === 222 ? u16(b, pos + 1) : u32(b, pos + 1);
}
function text(b, start, length, header) {
  const end = start + length;
  if (end > b.length) throw new WireError("truncated");
  for (let i = start; i < end; i++) {
    if (b[i] < 128) continue;
    try {
      strict.decode(b.subarray(i, end));
    } catch {
      throw new WireError("string is not UTF-8");
    }
    break;
  }
  return header + length;
}
function wide(b, pos, signed) {
  if (pos + 8 > b.length) throw new WireError("truncated");
  const high = signed ? u32(b, pos) | 0 : u32(b, pos);
  const over = high > 2097152 || high === 2097152 && u32(b, pos + 4) > 0;
  if (over || high < -2097152) throw new WireError("integer beyond 2^53");
  return 9;
}
function checkKey(b, end, size, head) {
  let header = 1;
  if (head === 217) header = 2;
  else if (head === 218) header = 3;
  else if (head === 219) header = 5;
  else if (head < 160 || head >= 192) throw new WireError("map key is not a string");
  const length = size - header;
  if (length !== 9 && length !== 11) return;
  if (refusedKeys.has(strict.decode(b.subarray(end - length, end)))) {
    throw new WireError("refused map key");
  }
}
var u8 = (b, i) => i < b.length ? b[i] : 0;
var u16 = (b, i) => u8(b, i) << 8 | u8(b, i + 1);
var u32 = (b, i) => u16(b, i) * 65536 + u16(b, i + 2);

// src/codec.js
var MAX_INCOMING = 4 << 20;
var noExtensions = {
  tryToEncode: () => null,
  decode: () => {
    throw new WireError("extension type");
  }
};
var decoder = new Decoder({
  extensionCodec: (
    /** @type {any} */
    noExtensions
  ),
  maxStrLength: MAX_INCOMING,
  maxBinLength: MAX_INCOMING,
  maxArrayLength: MAX_INCOMING,
  maxMapLength: MAX_INCOMING,
  maxExtLength: 0
});
var encoder = new Encoder({
  extensionCodec: (
    /** @type {any} */
    noExtensions
  ),
  maxDepth: MAX_DEPTH,
  ignoreUndefined: true
});
function decode(bytes) {
  if (bytes.length > MAX_INCOMING) throw new WireError("message too big");
  checkFrame(bytes);
  return (
    /** @type {any[]} */
    decoder.decode(bytes)
  );
}
function encode(frame) {
  return encoder.encode(frame);
}

// src/codes.js
var row = (code, name, retry, waitMs = 0) => Object.freeze({ code, name, retry, waitMs });
var CloseCodes = Object.freeze({
  1e3: row(1e3, "normal", ""),
  4e3: row(4e3, "going-away", "resume", 1e3),
  4001: row(4001, "slow", "resume"),
  4002: row(4002, "silent", "resume"),
  4003: row(4003, "busy", "resume", 5e3),
  4004: row(4004, "internal", "resume", 1e3),
  4500: row(4500, "displaced", ""),
  4501: row(4501, "resume-refused", "fresh"),
  4502: row(4502, "resume-expired", "fresh"),
  4503: row(4503, "no-hello", ""),
  4504: row(4504, "malformed", ""),
  4505: row(4505, "too-big", ""),
  4506: row(4506, "flooding", ""),
  4507: row(4507, "version", ""),
  4508: row(4508, "unauthorized", "")
});
function closeInfo(code) {
  const known = (
    /** @type {Record<number, CloseInfo>} */
    CloseCodes[code]
  );
  if (known !== void 0) return known;
  const stay = code >= 4500 && code <= 4999;
  return row(code, stay ? "refused" : "lost", stay ? "" : "resume");
}

// src/frames.js
var VERSION = 1;
var UINT16 = 65535;
var UINT32 = 4294967295;
var FAR = 2 ** 53;
var MAX_TOKEN = 512;
function str(f, i) {
  if (typeof f[i] !== "string") throw new WireError(`element ${i} is no string`);
  return f[i];
}
function uint(f, i, max = UINT32) {
  const v = f[i];
  if (!Number.isInteger(v) || v < 0 || v > max) {
    throw new WireError(`element ${i} is no integer of its range`);
  }
  return v;
}
function list(f, i) {
  if (!Array.isArray(f[i])) throw new WireError(`element ${i} is no array`);
  return f[i];
}
function any(f, i) {
  if (i >= f.length) throw new WireError(`element ${i} is missing`);
  return f[i];
}
function welcomeVersion(f) {
  return uint(f, 1);
}
function welcome(f) {
  if (typeof f[6] !== "boolean") throw new WireError("element 6 is no boolean");
  if (str(f, 5).length > MAX_TOKEN) throw new WireError("token too long");
  return {
    session: str(f, 2),
    user: str(f, 3),
    name: str(f, 4),
    token: str(f, 5),
    resumed: f[6],
    codec: str(f, 7),
    pingEvery: uint(f, 8),
    grace: uint(f, 9),
    maxFrame: uint(f, 10),
    lost: uint(f, 11),
    server: str(f, 12)
  };
}
function reply(f) {
  const error = f[2] === null ? null : list(f, 2);
  return {
    id: uint(f, 1),
    error: error === null ? null : [str(error, 0), str(error, 1), str(error, 2)],
    payload: any(f, 3)
  };
}
function event(f) {
  return {
    seq: uint(f, 1),
    channel: str(f, 2),
    name: str(f, 3),
    payload: any(f, 4),
    tick: uint(f, 5)
  };
}
function pong(f) {
  uint(f, 2, FAR);
  return uint(f, 1, FAR);
}
function enter(f) {
  const tickRate = uint(f, 5, 1e3);
  if (tickRate === 0) throw new WireError("tick rate of 0");
  return {
    epoch: uint(f, 1),
    match: str(f, 2),
    game: str(f, 3),
    seat: uint(f, 4, UINT16),
    tickRate,
    tick: uint(f, 6),
    hashEvery: uint(f, 7),
    tables: list(f, 8),
    inputs: list(f, 9)
  };
}
function snapshot(f) {
  const slack = f[5];
  if ((slack | 0) !== slack) throw new WireError("element 5 is no integer of its range");
  return {
    epoch: uint(f, 1),
    tick: uint(f, 2),
    base: uint(f, 3),
    input: uint(f, 4),
    slack,
    hash: f[6] === null ? null : uint(f, 6),
    body: any(f, 7)
  };
}

// src/heartbeat.js
var LOOK_EVERY = 250;
var LATE_LOOK = 1500;
var SILENCE = 2e3;
var Heartbeat = class {
  #timers;
  #ping;
  #dead;
  #pingEvery = 1e3;
  #heardAt = 0;
  #pingedAt = 0;
  #lookedAt = 0;
  /** @type {any} */
  #timer = null;
  /**
   * @param {import("./options.js").Timers} timers
   * @param {(now: number) => void} ping
   * @param {() => void} dead
   */
  constructor(timers, ping, dead) {
    this.#timers = timers;
    this.#ping = ping;
    this.#dead = dead;
  }
  /** @param {number} pingEvery in milliseconds; at least 100 is kept to */
  start(pingEvery) {
    this.stop();
    this.#pingEvery = Math.max(100, pingEvery);
    this.#lookedAt = this.#heardAt = this.#timers.now();
    this.#pingNow(this.#heardAt);
    this.#arm();
  }
  stop() {
    this.#timers.clearTimeout(this.#timer);
    this.#timer = null;
  }
  /** @param {number} now a message came */
  heard(now) {
    this.#heardAt = now;
    if (this.#timer !== null && now - this.#pingedAt >= this.#pingEvery) this.#pingNow(now);
  }
  #arm() {
    this.#timer = this.#timers.setTimeout(() => this.#look(), LOOK_EVERY);
  }
  #look() {
    const now = this.#timers.now();
    this.#arm();
    if (now - this.#lookedAt > LATE_LOOK) {
      this.#heardAt = now;
      this.#pingNow(now);
    } else if (now - this.#heardAt > Math.max(SILENCE, 2.5 * this.#pingEvery)) {
      this.stop();
      this.#dead();
    } else if (now - this.#pingedAt >= this.#pingEvery) {
      this.#pingNow(now);
    }
    this.#lookedAt = now;
  }
  /** @param {number} now */
  #pingNow(now) {
    this.#pingedAt = now;
    this.#ping(now);
  }
};

// src/kinds.js
var HELLO = 1;
var REQUEST = 2;
var INPUT = 3;
var ACK = 4;
var PING = 5;
var RESYNC = 6;
var BYE = 7;
var WELCOME = 16;
var REPLY = 17;
var EVENT = 18;
var PONG = 19;
var ENTER = 20;
var SNAPSHOT = 21;

// src/link.js
var MAX_BUFFERED = 64 << 10;
var Link = class {
  #socket;
  #stats;
  #isOpen = false;
  /**
   * @param {SocketClass} WebSocket
   * @param {string} url
   * @param {import("./stats.js").Stats} stats
   * @param {LinkHandlers} handlers
   * @throws {Error} what the WebSocket constructor throws, for a URL that cannot be dialled
   */
  constructor(WebSocket, url, stats, handlers) {
    const socket = new WebSocket(url);
    this.#socket = socket;
    this.#stats = stats;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.#isOpen = true;
      handlers.open();
    };
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") handlers.text();
      else handlers.message(new Uint8Array(data));
    };
    socket.onerror = () => {
    };
    socket.onclose = ({ code }) => {
      this.#detach();
      handlers.down(code ?? 1006);
    };
  }
  /**
   * Sends a frame that must not be left out.
   * @param {any[]} frame
   * @param {number} maxFrame bytes
   * @returns {boolean} false when the socket is not open
   * @throws {WireError} when the frame is too big
   */
  send(frame, maxFrame) {
    if (!this.#isOpen || this.#socket.readyState > 1) return false;
    const bytes = encode(frame);
    if (bytes.length > maxFrame) throw new WireError(`a frame may have ${maxFrame} bytes`);
    this.#socket.send(bytes);
    this.#stats.sent(bytes.length);
    return true;
  }
  /** Whether so much waits in the socket that frames of passing worth should not join it. */
  get congested() {
    return this.#socket.bufferedAmount > MAX_BUFFERED;
  }
  /** Ends the link without a word and without `down`; the peer sees a lost socket. */
  drop() {
    this.#detach();
    if (this.#socket.terminate !== void 0) this.#socket.terminate();
    else this.#socket.close();
  }
  /** Ends the link properly, once what was sent is out. */
  close() {
    this.#detach();
    this.#socket.close(1e3);
  }
  #detach() {
    this.#isOpen = false;
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
  }
};

// src/backoff.js
var MAX_WAIT = 5e3;
function backoffCap(n) {
  return Math.min(MAX_WAIT, 250 * 2 ** n);
}
function jittered(cap, random) {
  return cap * random();
}

// src/redial.js
var GOOD_LINK = 5e3;
var SHORT_LINKS = 3;
var Redial = class {
  /** Failed attempts since the last welcome; 0 means the next dial is immediate. */
  attempt = 0;
  #short = 0;
  #random;
  /** @param {() => number} random uniform in [0, 1) */
  constructor(random) {
    this.#random = random;
  }
  /**
   * @param {number} code the close code; 1006 for a link that was lost without one
   * @param {number} upMs how long the link was welcomed for, -1 if it never was
   * @returns {{retry: import("./codes.js").Retry, waitMs: number}}
   */
  after(code, upMs) {
    const { retry, waitMs } = closeInfo(code);
    if (upMs < 0) {
      this.attempt++;
    } else {
      this.#short = upMs < GOOD_LINK ? this.#short + 1 : 0;
      this.attempt = Math.max(0, this.#short - SHORT_LINKS);
    }
    const cap = Math.max(waitMs, this.attempt > 0 ? backoffCap(this.attempt) : 0);
    return { retry, waitMs: jittered(cap, this.#random) };
  }
};

// src/connection.js
var MAX_MALFORMED = 8;
var MIN_MAX_FRAME = 4096;
var LOST = 1006;
var Connection = class {
  /** @type {Status} */
  status = {
    state: "connecting",
    attempt: 0,
    inMs: 0,
    code: 0,
    name: "",
    retry: "resume",
    resumed: false,
    lost: 0,
    downMs: 0
  };
  #settings;
  #timers;
  #resume;
  #stats;
  #handlers;
  #redial;
  #heartbeat;
  /** @type {Link | null} */
  #link = null;
  /** @type {any} the dial's deadline or the wait for the next dial */
  #timer = null;
  #helloAt = 0;
  /** When the present link was welcomed, -1 before. */
  #welcomedAt = -1;
  /** When the last welcomed link was lost, -1 before any was. */
  #downAt = -1;
  #maxFrame = MIN_MAX_FRAME;
  #malformed = 0;
  #ping = { time: -1, at: 0 };
  /**
   * @param {import("./options.js").Settings} settings
   * @param {import("./resume.js").ResumeState} resume
   * @param {import("./stats.js").Stats} stats
   * @param {ConnectionHandlers} handlers
   */
  constructor(settings2, resume, stats, handlers) {
    this.#settings = settings2;
    this.#timers = settings2.timers;
    this.#resume = resume;
    this.#stats = stats;
    this.#handlers = handlers;
    this.#redial = new Redial(settings2.random);
    this.#heartbeat = new Heartbeat(
      settings2.timers,
      (now) => this.#sendPing(now),
      () => this.#down(LOST)
    );
  }
  /** Dials. @throws {Error} for a URL that no WebSocket takes */
  dial() {
    const { WebSocket, url, dialTimeout } = this.#settings;
    this.#timers.clearTimeout(this.#timer);
    this.#welcomedAt = -1;
    this.#malformed = 0;
    this.#link = new Link(WebSocket, url, this.#stats, {
      open: () => this.#hello(),
      message: (bytes) => this.#message(bytes),
      text: () => this.#broken(null, new WireError("text message")),
      down: (code) => this.#down(code)
    });
    this.#timer = this.#timers.setTimeout(() => this.#down(LOST), dialTimeout);
    this.#set({ state: "connecting", attempt: this.#redial.attempt, inMs: 0 });
  }
  /**
   * Sends a frame that matters.
   * @param {any[]} frame
   * @returns {boolean} false when there is no connection
   * @throws {Error} when it cannot be encoded or is too big
   */
  send(frame) {
    if (this.status.state !== "open" || this.#link === null) return false;
    return this.#link.send(frame, this.#maxFrame);
  }
  /** Sends a frame that a later one replaces, unless the socket is backed up. @param {any[]} frame */
  offer(frame) {
    if (this.#link?.congested || !this.send(frame)) this.#stats.unsent++;
  }
  /** Loses the socket, as a network would. */
  cut() {
    if (this.#link !== null) this.#down(LOST);
  }
  /** Says bye and stays away. */
  close() {
    if (this.status.state === "closed") return;
    this.send([BYE]);
    this.#finish(1e3, true);
  }
  #hello() {
    const { client, name } = this.#settings;
    const { token, seq } = this.#resume;
    this.#helloAt = this.#timers.now();
    const resume = token === null ? null : [token, seq];
    this.#link?.send(
      [HELLO, VERSION, client, ["mp"], ["guest", name], resume],
      this.#maxFrame
    );
  }
  /** @param {Uint8Array} bytes */
  #message(bytes) {
    const now = this.#timers.now();
    this.#stats.received(bytes.length);
    this.#heartbeat.heard(now);
    try {
      this.#frame(decode(bytes), now);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#broken(bytes, error);
    }
  }
  /** @param {any[]} frame @param {number} now */
  #frame(frame, now) {
    const kind = frame[0];
    if (kind === WELCOME) this.#welcome(frame, now);
    else if (this.#welcomedAt < 0) throw new WireError("a frame before the welcome");
    else if (kind === PONG) this.#pong(pong(frame), now);
    else this.#handlers.frame(frame);
  }
  /** @param {Uint8Array | null} bytes @param {WireError} error */
  #broken(bytes, error) {
    this.#stats.malformed++;
    this.#handlers.malformed(bytes, error);
    if (++this.#malformed >= MAX_MALFORMED && this.#link !== null) this.#down(LOST);
  }
  /** @param {any[]} frame @param {number} now */
  #welcome(frame, now) {
    if (this.#welcomedAt >= 0) throw new WireError("a second welcome");
    if (welcomeVersion(frame) !== VERSION) {
      this.#finish(4507, true);
      return;
    }
    const welcome2 = welcome(frame);
    if (welcome2.codec !== "mp") throw new WireError("a codec that was not offered");
    this.#timers.clearTimeout(this.#timer);
    this.#welcomedAt = now;
    this.#maxFrame = Math.max(MIN_MAX_FRAME, welcome2.maxFrame);
    if (!welcome2.resumed) this.#resume.handled(0);
    this.#resume.keep(welcome2.token);
    this.#stats.roundTrip(now - this.#helloAt);
    const downMs = this.#downAt < 0 ? 0 : now - this.#downAt;
    const { resumed, lost } = welcome2;
    this.#set({ state: "open", attempt: 0, inMs: 0, resumed, lost, downMs });
    this.#heartbeat.start(welcome2.pingEvery);
    this.#handlers.welcome(welcome2);
  }
  /** @param {number} now */
  #sendPing(now) {
    this.#ping = { time: Math.floor(now), at: now };
    this.offer([PING, this.#ping.time, this.#resume.seq]);
  }
  /** @param {number} time @param {number} now */
  #pong(time, now) {
    if (time === this.#ping.time) this.#stats.roundTrip(now - this.#ping.at);
  }
  /** @param {number} code */
  #down(code) {
    const now = this.#timers.now();
    const upMs = this.#welcomedAt < 0 ? -1 : now - this.#welcomedAt;
    if (upMs >= 0) this.#downAt = now;
    let { retry, waitMs } = this.#redial.after(code, upMs);
    if (retry === "fresh" && this.#resume.stored) {
      this.#resume.forget();
      retry = "resume";
      waitMs = 0;
    }
    if (retry !== "resume") {
      this.#finish(code, false);
      return;
    }
    this.#hangUp(false);
    const { attempt } = this.#redial;
    this.status = { ...this.status, state: "waiting", attempt, inMs: waitMs, ...explain(code) };
    if (upMs >= 0) this.#handlers.down();
    if (this.status.state !== "waiting") return;
    if (waitMs === 0) {
      this.dial();
      return;
    }
    this.#timer = this.#timers.setTimeout(() => this.dial(), waitMs);
    this.#handlers.status(this.status);
  }
  /**
   * @param {number} code
   * @param {boolean} orderly whether the socket is closed properly by us
   */
  #finish(code, orderly) {
    this.#hangUp(orderly);
    this.#resume.forget();
    this.#set({ state: "closed", inMs: 0, ...explain(code) });
    this.#handlers.closed();
  }
  /** @param {boolean} orderly */
  #hangUp(orderly) {
    this.#timers.clearTimeout(this.#timer);
    this.#heartbeat.stop();
    if (orderly) this.#link?.close();
    else this.#link?.drop();
    this.#link = null;
  }
  /** @param {Partial<Status>} change */
  #set(change) {
    this.status = { ...this.status, ...change };
    this.#handlers.status(this.status);
  }
};
function explain(code) {
  const { name, retry } = closeInfo(code);
  return { code, name, retry };
}

// src/emitter.js
var Emitter = class {
  /** @type {Map<string, readonly Handler[]>} lists are replaced, never changed, so emitting is safe */
  #handlers = /* @__PURE__ */ new Map();
  #report;
  /** @param {(error: unknown) => void} report */
  constructor(report) {
    this.#report = report;
  }
  /**
   * @param {string} name
   * @param {Handler} handler
   * @returns {() => void} takes the handler off again
   */
  on(name, handler) {
    if (typeof handler !== "function") throw new TypeError("a handler must be a function");
    const entry = (
      /** @type {Handler} */
      ((a, b, c) => handler(a, b, c))
    );
    this.#handlers.set(name, [...this.#handlers.get(name) ?? [], entry]);
    return () => {
      const rest = (this.#handlers.get(name) ?? []).filter((h) => h !== entry);
      if (rest.length > 0) this.#handlers.set(name, rest);
      else this.#handlers.delete(name);
    };
  }
  /** @param {string} name */
  has(name) {
    return this.#handlers.has(name);
  }
  /**
   * @param {string} name
   * @param {any} [a]
   * @param {any} [b]
   * @param {any} [c]
   */
  emit(name, a, b, c) {
    const handlers = this.#handlers.get(name);
    if (handlers === void 0) return;
    for (let i = 0; i < handlers.length; i++) this.call(handlers[i], a, b, c);
  }
  /**
   * Calls one handler with the same care, for what is replayed to a newcomer.
   * @param {Handler} handler
   * @param {any} [a]
   * @param {any} [b]
   * @param {any} [c]
   */
  call(handler, a, b, c) {
    try {
      handler(a, b, c);
    } catch (error) {
      this.#report(error);
    }
  }
};

// src/watchlist.js
var MAX_LISTED = 1e4;
var Watchlist = class {
  /** @type {Map<string, Summary>} */
  #byId = /* @__PURE__ */ new Map();
  /** @type {Map<string, {rev: number, summary: Summary | null}>} newest early change of each lobby */
  #early = /* @__PURE__ */ new Map();
  #rev = 0;
  /** The whole list is being asked for. */
  expect() {
    this.#early.clear();
  }
  /** @param {any} payload of the reply to `watch`: the whole list */
  replace(payload) {
    this.#rev = Number(payload?.rev);
    this.#byId.clear();
    for (const summary of listOf(payload?.lobbies)) this.#put(summary?.id, summary);
    for (const [id, { rev, summary }] of this.#early) {
      if (rev > this.#rev) this.#put(id, summary);
    }
    this.#early.clear();
  }
  /**
   * @param {any} payload of a `list` event: what changed
   * @param {boolean} whole whether the whole list is there to be changed
   */
  merge(payload, whole) {
    const rev = Number(payload?.rev);
    if (whole && rev <= this.#rev) return;
    const put = whole ? (id, summary) => this.#put(id, summary) : (id, summary) => {
      if (this.#early.size < MAX_LISTED) this.#early.set(id, { rev, summary });
    };
    for (const id of listOf(payload?.removed)) put(id, null);
    for (const summary of listOf(payload?.upsert)) put(summary?.id, summary);
  }
  /** @returns {Summary[]} an array of its own; lobbies keep their places in it */
  list() {
    return [...this.#byId.values()];
  }
  /** @param {any} id @param {Summary | null} summary null for a lobby that is gone */
  #put(id, summary) {
    if (summary === null) this.#byId.delete(id);
    else if (typeof id === "string" && (this.#byId.size < MAX_LISTED || this.#byId.has(id))) {
      this.#byId.set(id, summary);
    }
  }
};
var listOf = (v) => Array.isArray(v) ? v : [];

// src/lobby.js
var WATCH_AGAIN = 2e3;
var Lobby = class {
  /** @type {State | null} the lobby one is in */
  state = null;
  #request;
  #timers;
  #emitter;
  #watchers;
  #list = new Watchlist();
  /** Whether the list is whole, and not being asked for. */
  #listed = false;
  #open = false;
  /** @type {any} */
  #timer = null;
  /**
   * @param {(name: string, payload: any) => Promise<any>} request on the channel
   * @param {import("./options.js").Timers} timers
   * @param {(error: unknown) => void} report
   */
  constructor(request, timers, report) {
    this.#request = request;
    this.#timers = timers;
    this.#emitter = new Emitter(report);
    this.#watchers = new Emitter(report);
  }
  /**
   * @param {"state" | "closed"} name
   * @param {(value: any) => void} handler
   * @returns {() => void} takes the handler off again
   */
  on(name, handler) {
    return this.#emitter.on(name, handler);
  }
  /** @returns {Promise<Summary[]>} the public lobbies */
  async list() {
    return (await this.#request("list", null)).lobbies;
  }
  /** @returns {Promise<any[]>} the games to be had */
  async games() {
    return (await this.#request("games", null)).games;
  }
  /**
   * @param {{game: string, name?: string, private?: boolean, max_players?: number, start?: string,
   *   settings?: Record<string, number>}} what
   * @returns {Promise<State>}
   */
  async create(what) {
    return this.#entered(await this.#request("create", what));
  }
  /**
   * @param {{id?: string, code?: string, spectate?: boolean}} which by id or by join code
   * @returns {Promise<State>}
   */
  async join(which) {
    return this.#entered(await this.#request("join", which));
  }
  async leave() {
    await this.#request("leave", null);
    this._reset();
  }
  /** @param {boolean} ready */
  async ready(ready) {
    await this.#request("ready", { ready });
  }
  /** @param {Record<string, any>} changes `name`, `private`, `max_players`, `start`, `settings`; for the host */
  async settings(changes) {
    await this.#request("settings", changes);
  }
  /** @param {string} user for the host */
  async kick(user) {
    await this.#request("kick", { user });
  }
  /** @param {string} user becomes the host */
  async host(user) {
    await this.#request("host", { user });
  }
  async start() {
    await this.#request("start", null);
  }
  async rematch() {
    await this.#request("rematch", null);
  }
  /**
   * The live list of lobbies: `handler` gets all of it at once, when it is there, and again on each
   * change, over lost connections too.
   * @param {(list: Summary[]) => void} handler
   * @returns {() => void} stops it
   */
  watch(handler) {
    const first = !this.#watchers.has("list");
    const off = this.#watchers.on("list", handler);
    if (first) this.#subscribe();
    else if (this.#listed) this.#watchers.call(handler, this.#list.list());
    return () => {
      const had = this.#watchers.has("list");
      off();
      if (had && !this.#watchers.has("list")) this.#unsubscribe();
    };
  }
  /** The connection is there (again). @internal */
  _opened() {
    this.#open = true;
    if (this.#watchers.has("list")) this.#subscribe();
  }
  /** The connection is gone. @internal */
  _dropped() {
    this.#open = false;
    this.#timers.clearTimeout(this.#timer);
  }
  /** One is in no lobby, or not known to be in one. @internal */
  _reset() {
    if (this.state !== null) this.#set(null);
  }
  /** @param {import("./frames.js").GameEvent} event @internal */
  _event({ name, payload }) {
    if (name === "state") {
      if (typeof payload?.id === "string") this.#set(payload);
    } else if (name === "closed") {
      if (payload?.id !== this.state?.id) return;
      this.#emitter.emit("closed", payload);
      this._reset();
    } else if (name === "list" && this.#watchers.has("list")) {
      this.#list.merge(payload, this.#listed);
      if (this.#listed) this.#watchers.emit("list", this.#list.list());
    }
  }
  /** @param {State | null} state one older than what is known is passed over */
  #set(state) {
    if (state !== null && state.id === this.state?.id && state.rev < this.state.rev) return;
    this.state = state;
    this.#emitter.emit("state", state);
  }
  /** @param {{lobby: State}} reply */
  #entered({ lobby }) {
    if (lobby.id !== this.state?.id || lobby.rev > this.state.rev) this.#set(lobby);
    return this.state ?? lobby;
  }
  async #subscribe() {
    this.#timers.clearTimeout(this.#timer);
    if (!this.#open) return;
    this.#listed = false;
    this.#list.expect();
    try {
      const whole = await this.#request("watch", { on: true });
      if (!this.#watchers.has("list")) return;
      this.#list.replace(whole);
      this.#listed = true;
      this.#watchers.emit("list", this.#list.list());
    } catch {
      if (!this.#open || !this.#watchers.has("list")) return;
      this.#timer = this.#timers.setTimeout(() => this.#subscribe(), WATCH_AGAIN);
    }
  }
  #unsubscribe() {
    this.#timers.clearTimeout(this.#timer);
    this.#listed = false;
    if (this.#open) this.#request("watch", { on: false }).catch(() => {
    });
  }
};

// src/options.js
var MAX_NAME = 64;
function settings(options) {
  const WebSocket = options.WebSocket ?? globalThis.WebSocket;
  if (typeof WebSocket !== "function") {
    throw new TypeError("no WebSocket here: pass a class, such as that of the package ws");
  }
  const resume = options.resume ?? "memory";
  if (!["memory", "tab", "off"].includes(resume)) {
    throw new TypeError('resume must be "memory", "tab" or "off"');
  }
  const url = options.url ?? ownOrigin();
  return {
    url,
    name: (options.name ?? "").slice(0, MAX_NAME),
    resume,
    resumeKey: options.resumeKey ?? `deltatick.resume ${url}`,
    client: options.client ?? "deltatick-js",
    dialTimeout: options.dialTimeout ?? 5e3,
    WebSocket: (
      /** @type {any} */
      WebSocket
    ),
    storage: options.storage ?? (resume === "tab" ? sessionStorageIfAny() : void 0),
    random: options.random ?? Math.random,
    signal: options.signal,
    timers: {
      setTimeout: options.setTimeout ?? ((fn, ms) => globalThis.setTimeout(fn, ms)),
      clearTimeout: options.clearTimeout ?? ((id) => globalThis.clearTimeout(id)),
      now: options.now ?? (() => performance.now())
    }
  };
}
function ownOrigin() {
  if (typeof location === "undefined") throw new TypeError("url is needed outside a page");
  return `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/ws`;
}
function sessionStorageIfAny() {
  try {
    return globalThis.sessionStorage;
  } catch {
    return void 0;
  }
}

// src/requests.js
var MAX_PENDING = 256;
var RequestError = class extends Error {
  name = "RequestError";
  /**
   * @param {string} code
   * @param {string} field the payload's field that is wrong, or ""
   * @param {string} message
   */
  constructor(code, field, message) {
    super(message || code);
    this.code = code;
    this.field = field;
  }
};
var Requests = class {
  /** @type {Map<number, Pending>} */
  #pending = /* @__PURE__ */ new Map();
  #lastId = 0;
  #timers;
  /** @param {import("./options.js").Timers} timers */
  constructor(timers) {
    this.#timers = timers;
  }
  /**
   * @param {(id: number) => void} send throws a RequestError when it cannot
   * @param {number} timeout in milliseconds
   * @returns {Promise<any>} the reply's payload
   */
  add(send, timeout) {
    return new Promise((resolve, reject) => {
      if (this.#pending.size >= MAX_PENDING) {
        throw new RequestError("too-many", "", "too many requests wait for a reply");
      }
      this.#lastId = this.#lastId % 2147483647 + 1;
      const id = this.#lastId;
      send(id);
      const timer = this.#timers.setTimeout(() => {
        this.#pending.delete(id);
        reject(new RequestError("timeout", "", `no reply within ${timeout} ms`));
      }, timeout);
      this.#pending.set(id, { resolve, reject, timer });
    });
  }
  /** @param {import("./frames.js").Reply} reply one that came too late is of no use to anyone */
  settle({ id, error, payload }) {
    const pending = this.#pending.get(id);
    if (pending === void 0) return;
    this.#pending.delete(id);
    this.#timers.clearTimeout(pending.timer);
    if (error === null) pending.resolve(payload);
    else pending.reject(new RequestError(...error));
  }
  /** Rejects all that wait. */
  drop() {
    const dropped = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject, timer } of dropped) {
      this.#timers.clearTimeout(timer);
      reject(new RequestError("dropped", "", "the connection ended before the reply"));
    }
  }
};

// src/resume.js
var ResumeState = class {
  /** @type {string | null} */
  token = null;
  /** Highest event sequence number handled. */
  seq = 0;
  /** Whether the token was found in the storage and no welcome has followed yet. */
  stored = false;
  #keeps;
  #storage;
  #key;
  /**
   * @param {"memory" | "tab" | "off"} mode
   * @param {Pick<Storage, "getItem" | "setItem" | "removeItem"> | undefined} storage
   * @param {string} key of the entry in the storage
   */
  constructor(mode, storage, key) {
    this.#keeps = mode !== "off";
    this.#storage = mode === "tab" ? storage : void 0;
    this.#key = key;
    const token = this.#try((s) => s.getItem(key)) ?? null;
    if (token === null) return;
    this.token = token;
    this.seq = Number(this.#try((s) => s.getItem(`${key}.seq`))) || 0;
    this.stored = true;
  }
  /** @param {string} token */
  keep(token) {
    this.stored = false;
    if (!this.#keeps) return;
    this.token = token;
    this.#try((s) => s.setItem(this.#key, token));
  }
  /** @param {number} seq */
  handled(seq) {
    this.seq = seq;
    this.#try((s) => s.setItem(`${this.#key}.seq`, String(seq)));
  }
  /** Forgets the token; in the storage only if it is ours and not a newer client's. */
  forget() {
    if (this.#try((s) => s.getItem(this.#key)) === this.token) {
      this.#try((s) => s.removeItem(this.#key));
      this.#try((s) => s.removeItem(`${this.#key}.seq`));
    }
    this.token = null;
    this.seq = 0;
    this.stored = false;
  }
  /**
   * @template T
   * @param {(s: Pick<Storage, "getItem" | "setItem" | "removeItem">) => T} use
   * @returns {T | undefined}
   */
  #try(use) {
    if (this.#storage === void 0) return void 0;
    try {
      return use(this.#storage);
    } catch {
      this.#storage = void 0;
      return void 0;
    }
  }
};

// src/pacer.js
var TARGET = 15;
var LOW = 5;
var HIGH = 35;
var WINDOW = 1e3;
var JUMP = 250;
var SLEW = 0.05;
var SETTLE = 1e3;
var CATCH_UP = 4;
var Pacer = class {
  /** Tick of the next input. */
  next = 0;
  #tickMs;
  #origin = 0;
  /** What is left of a slow correction, in milliseconds; positive sends earlier. */
  #owed = 0;
  /** Slack says nothing of the last move before an input of this tick is consumed, or until then. */
  #deafTick = 0;
  #deafUntil = 0;
  /** When inputs were last not too far ahead. */
  #nearAt = 0;
  #least = Number.POSITIVE_INFINITY;
  #windowEnd = 0;
  /** @param {number} tickMs length of a tick, in milliseconds */
  constructor(tickMs) {
    this.#tickMs = tickMs;
  }
  /**
   * @param {number} now in milliseconds
   * @param {number} tick the server's, as its newest snapshot has just told (with a fraction for the
   *   time since)
   * @param {number} rtt in milliseconds
   */
  start(now, tick, rtt) {
    const lead = tick + (rtt + TARGET) / this.#tickMs;
    this.#origin = now - lead * this.#tickMs;
    this.next = Math.ceil(lead);
    this.#owed = 0;
    this.#nearAt = now;
    this.#listenAgain(now, rtt);
  }
  /** When the next input is to be sent, in milliseconds. */
  get nextAt() {
    return this.#origin + this.next * this.#tickMs;
  }
  /**
   * @param {number} now in milliseconds
   * @param {number} rtt in milliseconds
   * @returns {number} the tick to send an input for, or 0 when none is due
   */
  take(now, rtt) {
    const late = now - this.nextAt;
    if (late < -0.5) return 0;
    if (late > CATCH_UP * this.#tickMs) this.next += Math.floor(late / this.#tickMs);
    if (this.#owed !== 0) {
      const most = SLEW * this.#tickMs;
      const step = Math.min(most, Math.max(-most, this.#owed));
      this.#origin -= step;
      this.#owed -= step;
      if (this.#owed === 0) this.#listenAgain(now, rtt);
    }
    return this.next++;
  }
  /**
   * @param {number} now in milliseconds
   * @param {{tick: number, slack: number, input: number}} snapshot its tick, the slack it reports in
   *   milliseconds, and the newest input consumed
   * @param {number} rtt in milliseconds
   * @param {number} reach ticks ahead for which the server takes inputs
   */
  observe(now, { tick, slack, input }, rtt, reach) {
    if (this.next <= tick + reach) this.#nearAt = now;
    if (this.next < tick || now - this.#nearAt > SETTLE) {
      this.start(now, tick, rtt);
      return;
    }
    if (this.#owed !== 0 || input < this.#deafTick && now < this.#deafUntil) return;
    if (slack < LOW) {
      this.#move(TARGET - slack, slack < 0, now, rtt);
      return;
    }
    if (this.#least === Number.POSITIVE_INFINITY) this.#windowEnd = now + WINDOW;
    this.#least = Math.min(this.#least, slack);
    if (now < this.#windowEnd) return;
    if (this.#least > HIGH) this.#move(TARGET - this.#least, this.#least > JUMP, now, rtt);
    else this.#least = Number.POSITIVE_INFINITY;
  }
  /**
   * @param {number} earlier in milliseconds
   * @param {boolean} atOnce
   * @param {number} now
   * @param {number} rtt
   */
  #move(earlier, atOnce, now, rtt) {
    if (!atOnce) {
      this.#owed = earlier;
      return;
    }
    this.#origin -= earlier;
    this.#listenAgain(now, rtt);
  }
  /** @param {number} now @param {number} rtt */
  #listenAgain(now, rtt) {
    this.#deafTick = this.next;
    this.#deafUntil = now + rtt + SETTLE;
    this.#least = Number.POSITIVE_INFINITY;
  }
};

// src/fieldkinds.js
var BOOL = 0;
var INT = 1;
var FIXED = 2;
var ANGLE = 3;
var FLOAT = 4;
var STRING = 5;

// src/schema.js
var MAX_TABLES = 32;
var MAX_FIELDS = 32;
var MAX_INPUTS = 16;
var MAX_NAME2 = 64;
var INT32 = 2147483647;
var utf8 = new TextEncoder();
function parseSchema(tables, inputs) {
  if (tables.length > MAX_TABLES) throw new WireError("too many tables");
  const parsed = tables.map((t) => {
    if (!Array.isArray(t) || t.length < 2) throw new WireError("table is not [name, fields]");
    return { name: checkName(t[0]), fields: parseFields(t[1], MAX_FIELDS, STRING) };
  });
  distinct(parsed);
  return { tables: parsed, inputs: parseFields(inputs, MAX_INPUTS, ANGLE) };
}
function parseFields(list2, max, lastKind) {
  if (!Array.isArray(list2) || list2.length > max) throw new WireError("bad list of fields");
  const fields = list2.map((f) => parseField(f, lastKind));
  distinct(fields);
  return fields;
}
function parseField(f, lastKind) {
  if (!Array.isArray(f) || f.length < 2) throw new WireError("field is not [name, kind, ...]");
  const [name, kind, a, b, c, d] = f;
  if (!Number.isInteger(kind) || kind < 0 || kind > lastKind) throw new WireError("field kind");
  const field = { name: checkName(name), kind, min: 0, max: 1, offset: 0, step: 1, maxBytes: 0 };
  switch (kind) {
    case INT:
      setRange(field, a, b);
      break;
    case FIXED:
      if (!Number.isFinite(a) || !Number.isFinite(b) || b <= 0) throw new WireError("fixed step");
      field.offset = a;
      field.step = b;
      setRange(field, c, d);
      break;
    case ANGLE:
      if (!Number.isInteger(a) || a < 1 || a > 24) throw new WireError("angle bits");
      field.max = 2 ** a - 1;
      field.step = 2 * Math.PI / 2 ** a;
      break;
    case STRING:
      if (!Number.isInteger(a) || a < 1 || a > 255) throw new WireError("string length");
      field.maxBytes = a;
      break;
  }
  return field;
}
function setRange(field, min, max) {
  if (!Number.isInteger(min) || !Number.isInteger(max) || min > max) {
    throw new WireError("field range");
  }
  if (min < -INT32 - 1 || max > INT32) throw new WireError("field range beyond 32 bits");
  field.min = min;
  field.max = max;
}
function checkName(name) {
  if (typeof name !== "string" || name === "" || utf8.encode(name).length > MAX_NAME2) {
    throw new WireError("bad name in the schema");
  }
  if (refusedKeys.has(name)) throw new WireError("refused name in the schema");
  return name;
}
function distinct(list2) {
  if (new Set(list2.map((e) => e.name)).size !== list2.length) {
    throw new WireError("a name twice in the schema");
  }
}
function dequantize(field, q) {
  switch (field.kind) {
    case BOOL:
      return q !== 0;
    case INT:
      return q;
    case ANGLE:
      return q * 2 * Math.PI / (field.max + 1);
    default:
      return field.offset + q * field.step;
  }
}
function quantize(field, value) {
  const v = Number.isNaN(Number(value ?? 0)) ? 0 : Number(value ?? 0);
  if (field.kind === BOOL) return v !== 0 ? 1 : 0;
  if (field.kind === ANGLE) {
    const turns = field.max + 1;
    const q2 = Number.isFinite(v) ? Math.round(v / field.step) % turns : 0;
    return (q2 + turns) % turns;
  }
  const q = Math.round((v - field.offset) / field.step);
  return Math.min(field.max, Math.max(field.min, q)) + 0;
}

// src/inputs.js
var ACK_EVERY = 50;
var InputSender = class {
  #fields;
  #uplink;
  #pacer;
  #tickRate;
  #epoch = 0;
  /** @type {number[] | null} quanta of the current input; none is sent before there is one */
  #values = null;
  /** @type {any} */
  #timer = null;
  #running = false;
  #ackedAt = 0;
  /** Newest snapshot's tick and when it came. */
  #tick = 0;
  #tickAt = 0;
  /**
   * @param {import("./schema.js").Field[]} fields of the input
   * @param {number} tickRate Hz
   * @param {Uplink} uplink
   */
  constructor(fields, tickRate, uplink) {
    this.#fields = fields;
    this.#tickRate = tickRate;
    this.#uplink = uplink;
    this.#pacer = new Pacer(1e3 / tickRate);
  }
  /** Tick of the newest input sent, 0 before the first. */
  get tick() {
    return this.#running ? this.#pacer.next - 1 : 0;
  }
  /** @param {number} epoch a snapshot stream begins; inputs follow its first snapshot */
  start(epoch) {
    this.stop();
    this.#epoch = epoch;
    this.#tick = 0;
  }
  stop() {
    this.#uplink.timers.clearTimeout(this.#timer);
    this.#running = false;
  }
  /** @param {Record<string, unknown>} values the input from now on; missing fields are neutral */
  set(values) {
    this.#values = this.#fields.map((f) => quantize(f, values[f.name]));
    this.#begin(this.#uplink.timers.now());
  }
  /** @param {{tick: number, slack: number, input: number}} snapshot that came, applied or not */
  observe(snapshot2) {
    const now = this.#uplink.timers.now();
    const { tick } = snapshot2;
    this.#tick = tick;
    this.#tickAt = now;
    if (this.#running) {
      this.#pump(now);
      this.#pacer.observe(now, snapshot2, this.#uplink.rtt(), this.#tickRate);
    } else {
      this.#begin(now);
    }
    if (now - this.#ackedAt < ACK_EVERY) return;
    this.#ackedAt = now;
    this.#uplink.ack(this.#epoch, tick);
  }
  /** @param {number} now */
  #begin(now) {
    if (this.#running || this.#values === null || this.#tick === 0) return;
    this.#running = true;
    const elapsed = (now - this.#tickAt) * this.#tickRate / 1e3;
    this.#pacer.start(now, this.#tick + elapsed, this.#uplink.rtt());
    this.#wait(now);
  }
  /** @param {number} now */
  #wait(now) {
    const { timers } = this.#uplink;
    timers.clearTimeout(this.#timer);
    this.#timer = timers.setTimeout(
      () => {
        const woken = timers.now();
        this.#pump(woken);
        this.#wait(woken);
      },
      Math.max(1, this.#pacer.nextAt - now)
    );
  }
  /** @param {number} now */
  #pump(now) {
    const rtt = this.#uplink.rtt();
    for (let tick = this.#pacer.take(now, rtt); tick !== 0; tick = this.#pacer.take(now, rtt)) {
      this.#ackedAt = now;
      this.#uplink.input(
        this.#epoch,
        tick,
        this.#tick,
        /** @type {number[]} */
        this.#values
      );
    }
  }
};

// src/playback.js
var JUMP2 = 250;
var SLEW2 = 0.05;
var WINDOW2 = 1e3;
var Playback = class {
  #tickMs;
  /** Our time of the server's tick 0, if every snapshot came as quickly as the quickest. */
  #offset = Number.NaN;
  #best = Number.POSITIVE_INFINITY;
  #bestBefore = Number.POSITIVE_INFINITY;
  #windowEnd = 0;
  #lastNow = 0;
  #lastTick = 0;
  /** @param {number} tickMs length of a tick, in milliseconds */
  constructor(tickMs) {
    this.#tickMs = tickMs;
  }
  reset() {
    this.#offset = Number.NaN;
    this.#best = Number.POSITIVE_INFINITY;
    this.#bestBefore = Number.POSITIVE_INFINITY;
    this.#lastTick = 0;
  }
  /**
   * @param {number} tick of a snapshot
   * @param {number} now when it arrived, in milliseconds
   */
  observe(tick, now) {
    if (now >= this.#windowEnd) {
      this.#bestBefore = this.#best;
      this.#best = Number.POSITIVE_INFINITY;
      this.#windowEnd = now + WINDOW2;
    }
    this.#best = Math.min(this.#best, now - tick * this.#tickMs);
  }
  /**
   * @param {number} now in milliseconds
   * @param {number} delayMs how far in the past to be
   * @returns {number} a tick with its fraction
   */
  tickAt(now, delayMs) {
    const aim = Math.min(this.#best, this.#bestBefore);
    const off = aim - this.#offset;
    if (!(Math.abs(off) <= JUMP2)) {
      this.#offset = aim;
    } else {
      const most = SLEW2 * Math.max(0, now - this.#lastNow);
      this.#offset += Math.min(most, Math.max(-most, off));
    }
    this.#lastNow = now;
    this.#lastTick = Math.max(this.#lastTick, (now - delayMs - this.#offset) / this.#tickMs);
    return this.#lastTick;
  }
};

// src/interpolate.js
var FRAMES = 64;
var MAX_DELAY = 500;
var Interpolator = class {
  /** @type {Frame[]} a ring */
  #frames = [];
  #count = 0;
  #playback;
  #world;
  /** @type {Shown[]} */
  #shown;
  /** @type {Record<string, Row[]>} */
  #result;
  #delay = 100;
  /**
   * @param {World} world
   * @param {number} tickRate Hz
   */
  constructor(world, tickRate) {
    this.#world = world;
    this.#playback = new Playback(1e3 / tickRate);
    this.#shown = world.tables.map(({ fields }) => ({
      moving: fields.filter((f) => isMoving(f) && f.name !== "id"),
      steady: fields.filter((f) => !isMoving(f) && f.name !== "id"),
      rows: [],
      objects: /* @__PURE__ */ new Map()
    }));
    this.#result = Object.fromEntries(world.tables.map((t, i) => [t.name, this.#shown[i].rows]));
  }
  /** How far behind the newest snapshot the view is, in milliseconds: 0 to 500. */
  get delayMs() {
    return this.#delay;
  }
  set delayMs(ms) {
    if (!(ms >= 0)) throw new RangeError("delayMs must be 0 or more");
    this.#delay = Math.min(ms, MAX_DELAY);
  }
  /** Forgets every snapshot, as after coming back: what lies between was not seen. */
  reset() {
    this.#count = 0;
    this.#playback.reset();
  }
  /**
   * Takes a copy of the world as it is now.
   * @param {number} tick rising
   * @param {number} now when it arrived, in milliseconds
   */
  capture(tick, now) {
    this.#playback.observe(tick, now);
    const slot = this.#count % FRAMES;
    this.#frames[slot] ??= {
      tick: 0,
      tables: this.#world.tables.map(() => ({
        count: 0,
        ids: new Float64Array(0),
        values: new Float64Array(0)
      }))
    };
    const frame = this.#frames[slot];
    frame.tick = tick;
    this.#count++;
    this.#world.tables.forEach((table, i) => {
      copyTable(table, this.#shown[i].moving, frame.tables[i]);
    });
  }
  /**
   * @param {number} now in milliseconds
   * @returns {Record<string, Row[]>} the rows of every table, each with its entity's `id` (which hides
   *   a field of that name)
   */
  view(now) {
    if (this.#count === 0) {
      for (const shown of this.#shown) clear(shown);
      return this.#result;
    }
    const tick = this.#playback.tickAt(now, this.#delay);
    const [a, b] = this.#around(tick);
    const span = b.tick - a.tick;
    const part = span > 0 ? Math.min(1, Math.max(0, (tick - a.tick) / span)) : 0;
    this.#world.tables.forEach((table, i) => {
      showTable(table, this.#shown[i], a.tables[i], b.tables[i], part);
    });
    return this.#result;
  }
  /**
   * The newest frame at or before the tick and the one after it; at the ends one and the same.
   * @param {number} tick
   * @returns {[Frame, Frame]}
   */
  #around(tick) {
    const oldest = Math.max(0, this.#count - FRAMES);
    let after = this.#frames[(this.#count - 1) % FRAMES];
    if (after.tick <= tick) return [after, after];
    for (let n = this.#count - 2; n >= oldest; n--) {
      const frame = this.#frames[n % FRAMES];
      if (frame.tick <= tick) return [frame, after];
      after = frame;
    }
    return [after, after];
  }
};
function isMoving(f) {
  return f.kind === FIXED || f.kind === ANGLE || f.kind === FLOAT;
}
function copyTable({ entities }, moving, into) {
  const width = moving.length;
  const count = entities.length;
  if (into.ids.length < count) {
    into.ids = new Float64Array(count + (count >> 1));
    into.values = new Float64Array(into.ids.length * width);
  }
  into.count = count;
  for (let i = 0, at = 0; i < count; i++) {
    const { id, row: row2 } = entities[i];
    into.ids[i] = id;
    for (let f = 0; f < width; f++) {
      into.values[at++] = /** @type {number} */
      row2[moving[f].name];
    }
  }
}
function showTable(table, shown, a, b, part) {
  const { moving, steady, rows, objects } = shown;
  const width = moving.length;
  for (let i = 0, j = 0; i < a.count; i++) {
    const id = a.ids[i];
    while (j < b.count && b.ids[j] < id) j++;
    const to = j < b.count && b.ids[j] === id ? j : -1;
    const row2 = objectOf(objects, id);
    for (let f = 0; f < width; f++) {
      const from = a.values[i * width + f];
      const delta = to < 0 ? 0 : b.values[to * width + f] - from;
      row2[moving[f].name] = between(moving[f], from, delta, part);
    }
    const newest = table.rows.get(id);
    if (newest !== void 0) for (const { name } of steady) row2[name] = newest[name];
    rows[i] = row2;
  }
  rows.length = a.count;
  if (objects.size > a.count) prune(shown);
}
function objectOf(objects, id) {
  let row2 = objects.get(id);
  if (row2 === void 0) {
    row2 = { id };
    objects.set(id, row2);
  }
  return row2;
}
function between({ kind }, from, delta, part) {
  if (part === 0 || delta === 0) return from;
  if (kind !== ANGLE) return from + delta * part;
  const turn = 2 * Math.PI;
  const short = delta - turn * Math.round(delta / turn);
  const angle = from + short * part;
  return angle < 0 ? angle + turn : angle >= turn ? angle - turn : angle;
}
function prune({ rows, objects }) {
  objects.clear();
  for (const row2 of rows) objects.set(
    /** @type {number} */
    row2.id,
    row2
  );
}
function clear({ rows, objects }) {
  rows.length = 0;
  objects.clear();
}

// src/rate.js
var PARTS = 8;
var Rate = class {
  #counts = new Float64Array(PARTS + 1);
  #part = 0;
  /**
   * @param {number} now in milliseconds
   * @param {number} n
   */
  add(now, n) {
    this.#advance(now);
    this.#counts[this.#part % this.#counts.length] += n;
  }
  /**
   * @param {number} now in milliseconds
   * @returns {number} the sum over a second
   */
  read(now) {
    this.#advance(now);
    const present = this.#part % this.#counts.length;
    return this.#counts.reduce((sum, n, i) => i === present ? sum : sum + n, 0);
  }
  /** @param {number} now */
  #advance(now) {
    const part = Math.floor(now * PARTS / 1e3);
    const { length } = this.#counts;
    const passed = Math.min(part - this.#part, length);
    for (let i = 0; i < passed; i++) this.#counts[(part - i) % length] = 0;
    if (part > this.#part) this.#part = part;
  }
};

// src/mp.js
var MAX_ROWS = 1 << 18;
var MAX_ID = 4294967295;
function applyKeyframe(world, body, changes) {
  const contents = world.tables.map(() => []);
  let rows = 0;
  for (const [index, removed, changed, added] of entries(world, body)) {
    if (removed.length + changed.length > 0) throw new WireError("a keyframe only adds");
    contents[index] = readRows(world.tables[index], added);
    rows += contents[index].length;
  }
  if (rows > MAX_ROWS) throw new WireError("too many rows");
  contents.forEach((entities, i) => {
    replaceRows(world.tables[i], entities, changes);
  });
}
function applyDelta(world, body, changes) {
  for (const [index, removed, changed, added] of entries(world, body)) {
    const table = world.tables[index];
    const gone = readIds(removed);
    const fresh = readRows(table, added);
    for (const { id } of fresh) {
      if (table.rows.has(id)) throw new WireError("added row is present");
    }
    if (world.size - gone.length + fresh.length > MAX_ROWS) throw new WireError("too many rows");
    removeRows(table, gone, changes);
    changeRows(table, changed, changes);
    insertRows(table, fresh, changes);
  }
}
function entries(world, body) {
  if (!Array.isArray(body)) throw new WireError("body is not an array");
  let last = -1;
  for (const entry of body) {
    if (!Array.isArray(entry) || entry.length !== 4) throw new WireError("bad table entry");
    const [index, removed, changed, added] = entry;
    if (!Number.isInteger(index) || index <= last || index >= world.tables.length) {
      throw new WireError("table index");
    }
    if (!Array.isArray(removed) || !Array.isArray(changed) || !Array.isArray(added)) {
      throw new WireError("bad table entry");
    }
    last = index;
  }
  return body;
}
function nextId(id, gap) {
  if (!Number.isInteger(gap) || gap < 1 || id + gap > MAX_ID) throw new WireError("id gap");
  return id + gap;
}
function readIds(gaps) {
  let id = 0;
  return gaps.map((gap) => {
    id = nextId(id, gap);
    return id;
  });
}
function readRows({ fields }, list2) {
  const rows = [];
  const width = fields.length + 1;
  if (list2.length % width !== 0) throw new WireError("row is not complete");
  let id = 0;
  for (let at = 0; at < list2.length; at += width) {
    id = nextId(id, list2[at]);
    const entity = { id, q: [], row: {} };
    for (let i = 0; i < fields.length; i++) {
      const v = list2[at + 1 + i];
      entity.q.push(fields[i].kind < FLOAT ? quantum(fields[i], v) : 0);
      entity.row[fields[i].name] = decodeField(fields[i], entity.q[i], v);
    }
    rows.push(entity);
  }
  return rows;
}
function changeRows(table, list2, changes) {
  const { entities, fields } = table;
  let id = 0;
  let next = 0;
  let at = 0;
  while (at < list2.length) {
    id = nextId(id, list2[at]);
    while (next < entities.length && entities[next].id < id) next++;
    const entity = entities[next];
    if (entity === void 0 || entity.id !== id) throw new WireError("changed row is absent");
    at = changeRow(entity, fields, list2, at + 1);
    changes?.changed.push(table, entity);
  }
}
function changeRow({ q, row: row2 }, fields, list2, at) {
  const mask = list2[at++];
  if (mask >>> 0 !== mask || mask === 0 || mask >= 2 ** fields.length) {
    throw new WireError("field mask");
  }
  for (let rest = mask | 0; rest !== 0; rest &= rest - 1) {
    const i = 31 - Math.clz32(rest & -rest);
    const field = fields[i];
    const v = list2[at++];
    if (field.kind < FLOAT) {
      if (!Number.isInteger(v)) throw new WireError("delta is not an integer");
      q[i] = quantum(field, q[i] + v);
    }
    row2[field.name] = decodeField(field, q[i], v);
  }
  return at;
}
function quantum(field, q) {
  if (!Number.isInteger(q) || q < field.min || q > field.max) {
    throw new WireError("quantum outside its range");
  }
  return q | 0;
}
function decodeField(field, q, v) {
  if (field.kind < FLOAT) return dequantize(field, q);
  if (field.kind === FLOAT) {
    if (typeof v !== "number" || Math.fround(v) !== v && !Number.isNaN(v)) {
      throw new WireError("not a float32");
    }
    return v;
  }
  if (typeof v !== "string" || !fits(v, field.maxBytes)) throw new WireError("bad string");
  return v;
}
var utf82 = new TextEncoder();
function fits(s, max) {
  return s.length * 3 <= max || s.length <= max && utf82.encode(s).length <= max;
}
function removeRows(table, ids, changes) {
  if (ids.length === 0) return;
  for (const id of ids) if (!table.rows.has(id)) throw new WireError("removed row is absent");
  let next = 0;
  table.entities = table.entities.filter((entity) => {
    if (entity.id !== ids[next]) return true;
    next++;
    table.rows.delete(entity.id);
    changes?.removed.push(table, entity);
    return false;
  });
}
function insertRows(table, fresh, changes) {
  if (fresh.length === 0) return;
  const { entities } = table;
  const inOrder = entities.length === 0 || entities[entities.length - 1].id < fresh[0].id;
  for (const entity of fresh) {
    entities.push(entity);
    table.rows.set(entity.id, entity.row);
    changes?.added.push(table, entity);
  }
  if (!inOrder) entities.sort((a, b) => a.id - b.id);
}
function replaceRows(table, fresh, changes) {
  const before = new Map(table.entities.map((e) => [e.id, e]));
  table.rows.clear();
  table.entities = fresh.map((entity) => {
    const old = before.get(entity.id);
    before.delete(entity.id);
    const kept = old === void 0 ? entity : overwrite(table.fields, old, entity);
    table.rows.set(kept.id, kept.row);
    if (old === void 0) changes?.added.push(table, kept);
    else changes?.changed.push(table, kept);
    return kept;
  });
  for (const entity of before.values()) changes?.removed.push(table, entity);
}
function overwrite(fields, old, fresh) {
  old.q = fresh.q;
  for (const { name } of fields) old.row[name] = fresh.row[name];
  return old;
}

// src/reasons.js
var HASH = 1;
var BASELINE = 2;
var BODY = 3;

// src/hash.js
function mix(h, word) {
  let k = Math.imul(word, 3432918353);
  k = k << 15 | k >>> 17;
  let x = h ^ Math.imul(k, 461845907);
  x = x << 13 | x >>> 19;
  return Math.imul(x, 5) + 3864292196 | 0;
}
function finish(h, words) {
  let x = h ^ words * 4;
  x = Math.imul(x ^ x >>> 16, 2246822507);
  x = Math.imul(x ^ x >>> 13, 3266489909);
  return (x ^ x >>> 16) >>> 0;
}

// src/world.js
var Table = class {
  /** @type {Entity[]} by rising id */
  entities = [];
  /** @type {Map<number, Row>} the same rows, as the game sees them */
  rows = /* @__PURE__ */ new Map();
  /** @param {TableSchema} schema */
  constructor(schema) {
    this.name = schema.name;
    this.fields = schema.fields;
  }
};
var World = class {
  /** @param {Schema} schema */
  constructor(schema) {
    this.tables = schema.tables.map((t) => new Table(t));
    this.state = {
      tables: (
        /** @type {Record<string, Map<number, Row>>} */
        Object.fromEntries(this.tables.map((t) => [t.name, t.rows]))
      )
    };
  }
  /** @returns {number} rows in all tables */
  get size() {
    let n = 0;
    for (const t of this.tables) n += t.entities.length;
    return n;
  }
  /** The hash of protocol section 7. */
  hash() {
    let h = 0;
    let words = 0;
    for (const { entities, fields } of this.tables) {
      h = mix(h, entities.length);
      words += 1 + entities.length;
      for (const { id, q, row: row2 } of entities) {
        h = mix(h, id);
        for (let i = 0; i < fields.length; i++) {
          const field = fields[i];
          if (field.kind < FLOAT) {
            h = mix(h, q[i]);
            words++;
          } else if (field.kind === FLOAT) {
            h = mix(h, bitsOf(
              /** @type {number} */
              row2[field.name]
            ));
            words++;
          } else {
            const used = fillText(
              /** @type {string} */
              row2[field.name]
            );
            h = mix(h, used);
            words += 1 + (used + 3 >> 2);
            for (let at = 0; at < used; at += 4) h = mix(h, textView.getInt32(at, true));
          }
        }
      }
    }
    return finish(h, words);
  }
};
var floats = new Float32Array(1);
var bits = new Int32Array(floats.buffer);
function bitsOf(v) {
  floats[0] = v;
  return Number.isNaN(v) ? 2143289344 : bits[0];
}
var utf83 = new TextEncoder();
var text2 = new Uint8Array(260);
var textView = new DataView(text2.buffer);
function fillText(s) {
  const { written } = utf83.encodeInto(s, text2);
  text2.fill(0, written, written + 3);
  return written;
}

// src/replica.js
var ASK_EVERY = 500;
var Replica = class {
  epoch = 0;
  /** Tick of the newest snapshot applied, 0 for none. */
  tick = 0;
  /** Baseline of that snapshot, 0 for a keyframe. */
  base = 0;
  /**
   * Tick of the newest snapshot received. It is what is acknowledged: a snapshot that could not be
   * applied was received all the same, and a server that waits for it would never send the keyframe.
   */
  seen = 0;
  #valid = false;
  #askedAt = Number.NEGATIVE_INFINITY;
  #stats;
  #uplink;
  /**
   * @param {import("./schema.js").Schema} schema
   * @param {import("./stats.js").Stats} stats
   * @param {import("./inputs.js").Uplink} uplink
   */
  constructor(schema, stats, uplink) {
    this.world = new World(schema);
    this.#stats = stats;
    this.#uplink = uplink;
  }
  /** @param {number} epoch a new stream begins, with a keyframe */
  restart(epoch) {
    this.epoch = epoch;
    this.tick = this.base = this.seen = 0;
    this.#valid = false;
    this.#askedAt = Number.NEGATIVE_INFINITY;
  }
  /**
   * @param {import("./frames.js").Snapshot} snapshot of this epoch
   * @param {import("./mp.js").Changes | null} changes collects what changed, when given
   * @returns {boolean} whether the world is now the snapshot's
   */
  accept(snapshot2, changes) {
    this.seen = Math.max(this.seen, snapshot2.tick);
    const reason = this.#apply(snapshot2, changes);
    this.#valid = reason === 0;
    if (reason !== 0) {
      this.#stats.unapplied++;
      this.ask(reason);
      return false;
    }
    this.tick = snapshot2.tick;
    this.base = snapshot2.base;
    this.#stats.applied(snapshot2.base === 0);
    return true;
  }
  /** A snapshot came that could not even be decoded: what follows has no baseline. */
  spoil() {
    this.#valid = false;
    this.ask(BODY);
  }
  /** @param {number} reason why a keyframe is needed; not sent again within half a second */
  ask(reason) {
    const now = this.#uplink.timers.now();
    if (now - this.#askedAt < ASK_EVERY) return;
    this.#askedAt = now;
    this.#stats.resyncs++;
    this.#uplink.resync(this.epoch, reason);
  }
  /**
   * @param {import("./frames.js").Snapshot} snapshot
   * @param {import("./mp.js").Changes | null} changes
   * @returns {number} 0, or why it could not be applied
   */
  #apply({ tick, base, hash, body }, changes) {
    if (base !== 0 && (!this.#valid || base !== this.tick)) return BASELINE;
    if (tick <= this.tick) return BODY;
    try {
      if (base === 0) applyKeyframe(this.world, body, changes);
      else applyDelta(this.world, body, changes);
    } catch (error) {
      if (error instanceof WireError) return BODY;
      throw error;
    }
    if (hash === null || hash === this.world.hash()) return 0;
    this.#stats.desyncs++;
    return HASH;
  }
};

// src/room.js
var Room = class {
  match;
  game;
  /** Place in the match, 0 for a spectator. */
  seat;
  /** Ticks a second. */
  tickRate;
  /**
   * Resolves with the room when its first keyframe is applied; rejects if it ends before.
   * @type {Promise<Room>}
   */
  ready;
  #emitter;
  #gameEvents;
  #replica;
  #inputs;
  #uplink;
  #snapshots = new Rate();
  #slack = 0;
  #consumed = 0;
  #delayMs = 100;
  /** @type {Interpolator | null} made by the first view, so that those who never look pay nothing */
  #interpolator = null;
  /** @type {import("./mp.js").Changes} reused */
  #changes = { added: [], changed: [], removed: [] };
  /** @type {{downMs: number, lost: number, missedTicks: number} | null} told with the next keyframe */
  #returning = null;
  #lastTick = 0;
  #ended = false;
  /** @type {(room: Room) => void} */
  #isReady = () => {
  };
  /** @type {(e: Error) => void} */
  #isOver = () => {
  };
  /**
   * @param {import("./frames.js").Enter} enter
   * @param {import("./inputs.js").Uplink} uplink
   * @param {import("./stats.js").Stats} stats
   * @param {(error: unknown) => void} report
   */
  constructor(enter2, uplink, stats, report) {
    const schema = parseSchema(enter2.tables, enter2.inputs);
    this.match = enter2.match;
    this.game = enter2.game;
    this.seat = enter2.seat;
    this.tickRate = enter2.tickRate;
    this.#uplink = uplink;
    this.#emitter = new Emitter(report);
    this.#gameEvents = new Emitter(report);
    this.#replica = new Replica(schema, stats, uplink);
    this.#inputs = new InputSender(schema.inputs, enter2.tickRate, uplink);
    this.ready = new Promise((resolve, reject) => {
      this.#isReady = resolve;
      this.#isOver = reject;
    });
    this.ready.catch(() => {
    });
    this.#replica.restart(enter2.epoch);
    this.#inputs.start(enter2.epoch);
  }
  /** Tick of the newest snapshot applied, 0 before the first. */
  get tick() {
    return this.#replica.tick || this.#lastTick;
  }
  get epoch() {
    return this.#replica.epoch;
  }
  /** The newest snapshot: `tables` holds a Map of rows by id for each table. Read only. */
  get state() {
    return this.#replica.world.state;
  }
  get stats() {
    return {
      /** Reported by the server, in milliseconds: how early the newest input came. */
      slack: this.#slack,
      /** Tick of the newest input sent, and of the newest the game has consumed. */
      inputTick: this.#inputs.tick,
      consumedTick: this.#consumed,
      tick: this.tick,
      base: this.#replica.base,
      /** Snapshots within the last second. */
      hz: this.#snapshots.read(this.#uplink.timers.now())
    };
  }
  /** Settings of `view`: `delayMs`, how far it stays behind, 0 to 500 ms, 100 by default. */
  get interpolation() {
    return { delayMs: this.#interpolator?.delayMs ?? this.#delayMs };
  }
  set interpolation({ delayMs }) {
    if (!(delayMs >= 0)) throw new RangeError("delayMs must be 0 or more");
    this.#delayMs = delayMs;
    if (this.#interpolator !== null) this.#interpolator.delayMs = delayMs;
  }
  /**
   * @param {"snapshot" | "add" | "change" | "remove" | "drop" | "resume" | "exit"} name
   * @param {(...args: any[]) => void} handler
   * @returns {() => void} takes the handler off again
   */
  on(name, handler) {
    const off = this.#emitter.on(name, handler);
    if (name === "add") {
      for (const [table, rows] of Object.entries(this.state.tables)) {
        for (const [id, row2] of rows) this.#emitter.call(handler, table, id, row2);
      }
    }
    return off;
  }
  /**
   * Events of the game itself, each once.
   * @param {string} name
   * @param {(payload: any, tick: number) => void} handler
   * @returns {() => void} takes the handler off again
   */
  onEvent(name, handler) {
    return this.#gameEvents.on(name, handler);
  }
  /**
   * Sets the input that is sent with every tick from now on, as a whole: a field left out is neutral
   * (0, or the nearest its range allows). Values are rounded to the schema's quanta. A spectator has none.
   * @param {Record<string, number | boolean>} values
   */
  input(values) {
    if (this.seat !== 0 && !this.#ended) this.#inputs.set(values);
  }
  /**
   * The world a little in the past, interpolated; for a game's frame hook. Rows and arrays are reused
   * by the next call.
   * @param {number} [now] milliseconds on the clock of `performance.now`, as animation frames have it
   * @returns {Record<string, Row[]>} by table, each row with its entity's `id`
   */
  view(now = this.#uplink.timers.now()) {
    if (this.#interpolator === null) {
      this.#interpolator = new Interpolator(this.#replica.world, this.tickRate);
      this.#interpolator.delayMs = this.#delayMs;
      const { tick } = this.#replica;
      if (tick !== 0) this.#interpolator.capture(tick, this.#uplink.timers.now());
    }
    return this.#interpolator.view(now);
  }
  /** @param {import("./frames.js").Snapshot} snapshot @internal */
  _snapshot(snapshot2) {
    const { added, changed, removed } = this.#changes;
    added.length = changed.length = removed.length = 0;
    const wanted = ["add", "change", "remove"].some((name) => this.#emitter.has(name));
    const applied = this.#replica.accept(snapshot2, wanted ? this.#changes : null);
    this.#slack = snapshot2.slack;
    this.#consumed = snapshot2.input;
    this.#inputs.observe(snapshot2);
    if (applied) {
      const now = this.#uplink.timers.now();
      this.#snapshots.add(now, 1);
      this.#interpolator?.capture(snapshot2.tick, now);
      if (snapshot2.base === 0) this.#keyframe();
    }
    this.#tell("remove", removed);
    this.#tell("add", added);
    this.#tell("change", changed);
    if (applied) this.#emitter.emit("snapshot", this);
  }
  /** @internal */
  _undecodable() {
    this.#replica.spoil();
  }
  /** @param {import("./frames.js").GameEvent} event @internal */
  _event({ name, payload, tick }) {
    this.#gameEvents.emit(name, payload, tick);
  }
  /** @param {{code: number, name: string}} why the socket was lost; the seat is kept @internal */
  _drop(why) {
    this.#lastTick = this.tick;
    this.#inputs.stop();
    this.#emitter.emit("drop", why);
  }
  /**
   * The same match goes on over another socket.
   * @param {import("./frames.js").Enter} enter
   * @param {{downMs: number, lost: number}} info
   * @internal
   */
  _resume(enter2, info) {
    this.#lastTick = this.tick;
    this.seat = enter2.seat;
    this.#returning = { ...info, missedTicks: 0 };
    this.#replica.restart(enter2.epoch);
    this.#inputs.start(enter2.epoch);
    this.#interpolator?.reset();
  }
  /** @param {{reason: string, result: any}} exit @internal */
  _exit(exit) {
    if (this.#ended) return;
    this.#ended = true;
    this.#inputs.stop();
    this.#isOver(new Error(`the match was over before its first snapshot: ${exit.reason}`));
    this.#emitter.emit("exit", exit);
  }
  #keyframe() {
    const returning = this.#returning;
    this.#returning = null;
    if (returning !== null) {
      returning.missedTicks = Math.max(0, this.tick - this.#lastTick);
      this.#emitter.emit("resume", returning);
    }
    this.#isReady(this);
  }
  /** @param {string} name @param {any[]} pairs */
  #tell(name, pairs) {
    for (let i = 0; i < pairs.length; i += 2) {
      this.#emitter.emit(name, pairs[i].name, pairs[i + 1].id, pairs[i + 1].row);
    }
  }
};

// src/stats.js
var Stats = class {
  /** Smoothed round trip of pings (1/8 of each new sample). */
  rtt = 0;
  /** Smoothed deviation from it (1/4 of each new sample). */
  jitter = 0;
  framesIn = 0;
  framesOut = 0;
  bytesIn = 0;
  bytesOut = 0;
  /** Snapshots applied, keyframes among them. */
  snapshots = 0;
  keyframes = 0;
  /** Snapshots whose hash differed from the world's. */
  desyncs = 0;
  /** Keyframes asked for, whatever the reason. */
  resyncs = 0;
  /** Welcomes after the first. */
  reconnects = 0;
  /** Messages that broke the rules of the wire. */
  malformed = 0;
  /** Frames of a kind this client does not know. */
  unknown = 0;
  /** Match frames of an epoch that is over. */
  stale = 0;
  /** Snapshots that came while a keyframe was awaited or could not be applied. */
  unapplied = 0;
  /** Events seen before. */
  duplicates = 0;
  /** Events the server no longer held when we came back. */
  lost = 0;
  /** Own frames not sent because the socket was not taking any. */
  unsent = 0;
  #now;
  #snapshotRate = new Rate();
  #inRate = new Rate();
  #outRate = new Rate();
  /** @param {() => number} now */
  constructor(now) {
    this.#now = now;
  }
  /** What happened within the last second. */
  get perSecond() {
    const now = this.#now();
    return {
      snapshots: this.#snapshotRate.read(now),
      bytesIn: this.#inRate.read(now),
      bytesOut: this.#outRate.read(now)
    };
  }
  /** @param {number} bytes @internal */
  received(bytes) {
    this.framesIn++;
    this.bytesIn += bytes;
    this.#inRate.add(this.#now(), bytes);
  }
  /** @param {number} bytes @internal */
  sent(bytes) {
    this.framesOut++;
    this.bytesOut += bytes;
    this.#outRate.add(this.#now(), bytes);
  }
  /** @param {boolean} keyframe @internal */
  applied(keyframe) {
    this.snapshots++;
    if (keyframe) this.keyframes++;
    this.#snapshotRate.add(this.#now(), 1);
  }
  /** @param {number} sample a round trip in milliseconds @internal */
  roundTrip(sample) {
    if (this.rtt === 0) {
      this.rtt = sample;
      return;
    }
    this.jitter += (Math.abs(sample - this.rtt) - this.jitter) / 4;
    this.rtt += (sample - this.rtt) / 8;
  }
};

// src/client.js
var ENTER_WITHIN = 3e3;
var ClosedError = class extends Error {
  name = "ClosedError";
  /** @param {number} code @param {string} reason */
  constructor(code, reason) {
    super(`closed: ${code} ${reason}`);
    this.code = code;
    this.reason = reason;
  }
};
var Client = class {
  user = "";
  name = "";
  session = "";
  /** @type {Room | null} the match one is in */
  room = null;
  /**
   * Resolves at the first welcome; rejects with a ClosedError when closed for good before it.
   * @type {Promise<Client>}
   */
  ready;
  lobby;
  stats;
  #timers;
  #emitter = new Emitter((error) => this.#report(error));
  #errors = new Emitter((error) => console.error(error));
  #requests;
  #resume;
  #connection;
  /** What the present room was entered with, to know whether it goes on. */
  #entered = "";
  /** @type {any} */
  #enterTimer = null;
  #letGo = () => {
  };
  /** @type {(client: Client) => void} */
  #isReady = () => {
  };
  /** @type {(e: Error) => void} */
  #isOver = () => {
  };
  /** @param {import("./options.js").Options} options */
  constructor(options) {
    const set = settings(options);
    const { timers, signal } = set;
    this.#timers = timers;
    this.stats = new Stats(timers.now);
    this.#requests = new Requests(timers);
    this.#resume = new ResumeState(set.resume, set.storage, set.resumeKey);
    this.lobby = new Lobby(
      (name, payload) => this.request("lobby", name, payload),
      timers,
      (error) => this.#report(error)
    );
    this.ready = new Promise((resolve, reject) => {
      this.#isReady = resolve;
      this.#isOver = reject;
    });
    this.ready.catch(() => {
    });
    this.#connection = new Connection(set, this.#resume, this.stats, {
      status: (status) => this.#emitter.emit("status", status),
      welcome: (welcome2) => this.#welcome(welcome2),
      frame: (frame) => this.#frame(frame),
      malformed: (bytes, error) => {
        if (bytes !== null && kindOf(bytes) === SNAPSHOT) this.room?._undecodable();
        this.#report(error);
      },
      down: () => this.#down(),
      closed: () => this.#closed()
    });
    if (signal?.aborted) {
      this.close();
      return;
    }
    this.#connection.dial();
    const abort = () => this.close();
    signal?.addEventListener("abort", abort);
    this.#letGo = () => signal?.removeEventListener("abort", abort);
  }
  get status() {
    return this.#connection.status;
  }
  /**
   * @param {"status" | "room" | "event" | "notice" | "error"} name
   * @param {(value: any) => void} handler
   * @returns {() => void} takes the handler off again
   */
  on(name, handler) {
    if (name === "error") return this.#errors.on(name, handler);
    const off = this.#emitter.on(name, handler);
    if (name === "room" && this.room !== null) this.#emitter.call(handler, this.room);
    return off;
  }
  /**
   * Asks the server for something.
   * @param {string} channel
   * @param {string} name
   * @param {any} [payload] a plain object, or null for none
   * @param {{timeout?: number}} [options] in milliseconds, 5000 by default
   * @returns {Promise<any>} the reply's payload; rejects with a RequestError
   */
  request(channel, name, payload = null, { timeout = 5e3 } = {}) {
    return this.#requests.add((id) => {
      let sent = false;
      try {
        sent = this.#connection.send([REQUEST, id, channel, name, payload]);
      } catch (error) {
        throw new RequestError(
          "bad-payload",
          "",
          /** @type {Error} */
          error.message
        );
      }
      if (!sent) throw new RequestError("dropped", "", "not connected");
    }, timeout);
  }
  /** For tests: loses the socket as a network would. The client comes back by itself. */
  cut() {
    this.#connection.cut();
  }
  /** Says bye and stays away: lobby and seat are free at once. */
  close() {
    this.#connection.close();
  }
  /** @param {frames.Welcome} welcome */
  #welcome({ session, user, name, resumed, lost }) {
    if (this.session !== "") this.stats.reconnects++;
    this.session = session;
    this.user = user;
    this.name = name;
    this.stats.lost += lost;
    if (!resumed || lost > 0) this.lobby._reset();
    if (!resumed) this.#exit("lost", null);
    if (this.room !== null) {
      this.#enterTimer = this.#timers.setTimeout(() => this.#exit("lost", null), ENTER_WITHIN);
    }
    this.lobby._opened();
    this.#isReady(this);
  }
  /** @param {any[]} frame */
  #frame(frame) {
    switch (frame[0]) {
      case SNAPSHOT:
        this.#snapshot(snapshot(frame));
        break;
      case EVENT:
        this.#event(event(frame));
        break;
      case REPLY:
        this.#requests.settle(reply(frame));
        break;
      case ENTER:
        this.#enter(enter(frame));
        break;
      default:
        this.stats.unknown++;
    }
  }
  /** @param {frames.Snapshot} snapshot */
  #snapshot(snapshot2) {
    if (this.room === null || snapshot2.epoch !== this.room.epoch) this.stats.stale++;
    else this.room._snapshot(snapshot2);
  }
  /** @param {frames.GameEvent} event */
  #event(event2) {
    const { seq, channel, name, payload } = event2;
    if (seq <= this.#resume.seq) {
      this.stats.duplicates++;
      return;
    }
    this.#resume.handled(seq);
    if (channel === "lobby") {
      this.lobby._event(event2);
    } else if (channel === "match") {
      if (name !== "exit") this.room?._event(event2);
      else if (payload?.match === this.room?.match) this.#exit(payload?.reason, payload?.result);
    } else if (channel === "session" && name === "notice") {
      this.#emitter.emit("notice", payload);
    }
    this.#emitter.emit("event", event2);
  }
  /** @param {frames.Enter} enter */
  #enter(enter2) {
    const entered = JSON.stringify([enter2.match, enter2.game, enter2.tables, enter2.inputs]);
    this.#timers.clearTimeout(this.#enterTimer);
    if (this.room !== null && entered === this.#entered) {
      const { downMs, lost } = this.status;
      this.room._resume(enter2, { downMs, lost });
      return;
    }
    const room = new Room(enter2, this.#uplink(), this.stats, (error) => this.#report(error));
    this.#exit("left", null);
    this.room = room;
    this.#entered = entered;
    this.#emitter.emit("room", room);
  }
  /** @returns {import("./inputs.js").Uplink} */
  #uplink() {
    const connection = this.#connection;
    return {
      input: (epoch, tick, ack, values) => connection.offer([INPUT, epoch, tick, ack, values]),
      ack: (epoch, ack) => connection.offer([ACK, epoch, ack]),
      resync: (epoch, reason) => connection.offer([RESYNC, epoch, reason]),
      rtt: () => this.stats.rtt,
      timers: this.#timers
    };
  }
  /** @param {string} reason @param {any} result */
  #exit(reason, result) {
    this.#timers.clearTimeout(this.#enterTimer);
    const room = this.room;
    this.room = null;
    room?._exit({ reason, result });
  }
  #down() {
    const { code, name } = this.status;
    this.#timers.clearTimeout(this.#enterTimer);
    this.#requests.drop();
    this.lobby._dropped();
    this.room?._drop({ code, name });
  }
  #closed() {
    const { code, name } = this.status;
    this.#letGo();
    this.#requests.drop();
    this.lobby._dropped();
    this.lobby._reset();
    this.#exit("closed", null);
    this.#isOver(new ClosedError(code, name));
  }
  /** @param {unknown} error */
  #report(error) {
    if (this.#errors.has("error")) this.#errors.emit("error", error);
    else console.error(error);
  }
};

// src/index.js
function connect(options = {}) {
  return new Client(options);
}
export {
  Client,
  CloseCodes,
  ClosedError,
  RequestError,
  Room,
  connect
};
//# sourceMappingURL=deltatick.mjs.map
