package dev.eckart.cuda;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.SizeTPointer;

/** A native address as JavaCPP's methods want it. Owns nothing and registers nothing, so that it may be made on any path. */
final class Address extends Pointer {
    /** For a method that writes an address. */
    Address() {
        this(0);
    }

    Address(long address) {
        super((Pointer) null);
        this.address = address;
    }

    static DoublePointer f64(long address) {
        return new DoublePointer(new Address(address));
    }

    static FloatPointer f32(long address) {
        return new FloatPointer(new Address(address));
    }

    static SizeTPointer size(long address) {
        return new SizeTPointer(new Address(address));
    }

    static IntPointer i32(long address) {
        return new IntPointer(new Address(address));
    }
}
