package io.sparkhood.ml;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleArrayArrayParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntArrayParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import scala.Function1;

/** Makes the params of a stage, each with the validator of its kind: the rules that concern one value alone. */
record StageParams(Params stage) {
    /** A predicate that Scala takes for a validator and that can be saved with the stage. */
    private interface Validator<T> extends Predicate<T>, Serializable {}

    @SuppressWarnings("unchecked") // Scala's specialised Function1 takes the boxed value
    private static <T, S> Function1<S, Object> scala(Validator<T> valid) {
        return (Function1<S, Object> & Serializable) value -> valid.test((T) value);
    }

    Param<String> column(String name, String doc) {
        Validator<String> notEmpty = value -> !value.isEmpty();
        return new Param<>(stage.uid(), name, doc, scala(notEmpty), String.class);
    }

    Param<String> backend(String name, String doc) {
        Validator<String> word = value -> value.matches("[a-z][a-z0-9-]*");
        return new Param<>(stage.uid(), name, doc, scala(word), String.class);
    }

    Param<String> choice(String name, String doc, List<String> choices) {
        Validator<String> known = List.copyOf(choices)::contains;
        return new Param<>(stage.uid(), name, doc, scala(known), String.class);
    }

    IntArrayParam extents(String name, String doc) {
        Validator<int[]> positive = value ->
                value.length >= 1 && value.length <= 3 && Arrays.stream(value).allMatch(extent -> extent >= 1);
        return new IntArrayParam(stage, name, doc, scala(positive));
    }

    IntArrayParam axes(String name, String doc) {
        Validator<int[]> distinct = value -> Arrays.stream(value).allMatch(axis -> axis >= 0 && axis < 3)
                && Arrays.stream(value).distinct().count() == value.length;
        return new IntArrayParam(stage, name, doc, scala(distinct));
    }

    IntParam positive(String name, String doc) {
        Validator<Integer> positive = value -> value >= 1;
        return new IntParam(stage, name, doc, scala(positive));
    }

    IntParam threads(String name, String doc) {
        Validator<Integer> sane = value -> value >= 1 && value <= 1024;
        return new IntParam(stage, name, doc, scala(sane));
    }

    LongParam positiveLong(String name, String doc) {
        Validator<Long> positive = value -> value >= 1;
        return new LongParam(stage, name, doc, scala(positive));
    }

    LongParam countLong(String name, String doc) {
        Validator<Long> count = value -> value >= 0;
        return new LongParam(stage, name, doc, scala(count));
    }

    DoubleParam finite(String name, String doc) {
        Validator<Double> finite = value -> Double.isFinite(value);
        return new DoubleParam(stage, name, doc, scala(finite));
    }

    DoubleArrayArrayParam matrix(String name, String doc) {
        Validator<double[][]> finite = value -> value.length >= 1
                && Arrays.stream(value).flatMapToDouble(Arrays::stream).allMatch(Double::isFinite);
        return new DoubleArrayArrayParam(stage, name, doc, scala(finite));
    }

    BooleanParam flag(String name, String doc) {
        return new BooleanParam(stage, name, doc);
    }
}
