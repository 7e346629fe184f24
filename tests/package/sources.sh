# shellcheck shell=bash disable=SC2154  # what is not set here, the script that sources this sets
# Everything built in the tree, by its own compiler and libraries, and the rungs of the test ladder that a tree can have.

from_source() {
    local tree=$cache/$suite-build report
    say "Everything from source ($suite)"
    if [[ ! -e $tree/.complete ]]; then
        exported
        bare_tree "$suite"
        build_tree "$suite"
    fi
    checked_out "$tree/build/jpki-pkcs11"
    quietly in_tree "$tree" /build/jpki-pkcs11/tests/support/install-packages test
    check "the sources build, warnings being errors" sources_built
    # shellcheck disable=SC2016 # for the shell inside
    # The rigs in it have a network and mounts of their own; the tree's /run is empty, and there is no bus.
    in_tree "$tree" --no-network sh -c 'cd /build/jpki-pkcs11 && exec nice ctest --test-dir build/dev --parallel "$(nproc)" \
        --label-exclude campaign --timeout 300 --output-on-failure --output-junit junit.xml' >"$cache/$suite-tests.log" 2>&1 </dev/null || true
    report=$tree/build/jpki-pkcs11/build/dev/junit.xml
    sed -nE 's/^[[:space:]]*<testcase name="([^"]*)".* status="run".*/PASS \1/p; s/^[[:space:]]*<testcase name="([^"]*)".* status="fail".*/FAIL \1/p
        s/^[[:space:]]*<testcase name="([^"]*)".* status="(notrun|disabled)".*/SKIP \1/p' "$report" >"$cache/$suite-tests"
    # A line a test would be thousands.
    grep '^SKIP' "$cache/$suite-tests" || true
    check "tests of unit, contract, C ABI, statements, fuzz corpus, structure and system: $(grep -c '^PASS' "$cache/$suite-tests") passed" \
        all_of_them
}

# The last commit, with the times of what has not changed since the last run: half an hour of compiling.
checked_out() { # DIRECTORY
    [[ -d $1/.git ]] || git init -q "$1"
    git -C "$1" fetch -q --depth 1 "$root" HEAD
    git -C "$1" checkout -q --force --detach FETCH_HEAD
}

sources_built() {
    in_tree "$cache/$suite-build" --no-network sh -c 'cd /build/jpki-pkcs11 && cmake --preset dev && exec nice cmake --build --preset dev'
}

all_of_them() {
    grep -q '^PASS' "$cache/$suite-tests"
    if grep '^FAIL' "$cache/$suite-tests"; then return 1; fi
}
