#!/bin/sh
# A job for any CI whose machines have Docker: ci-job.sh FOLDER LESSON/EXERCISE
# Ends with 0 when everything was graded, whatever the marks; 1 when something could not be judged.
set -eu
submissions=$1
exercise=$2
report=${REPORT:-report}

mkdir -p "$report"
course doctor >"$report/doctor.txt" || true
course sandbox build
# The second and third call grade nothing: they write the same grades in another format.
course grade "$submissions" --exercise "$exercise" --points --work "$report/work" \
    --format json --output "$report/grades.json"
course grade "$submissions" --exercise "$exercise" --points --work "$report/work" --resume \
    --format junit --output "$report/grades.xml"
course grade "$submissions" --exercise "$exercise" --points --work "$report/work" --resume \
    --format csv --output "$report/grades.csv"
