/* Finds the image beside a record. */
#include "scan/reference.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "io/read.h"
#include "scan/record_read.h"

enum { PATH_BYTES = 4096 };

static efface_status beside(char path[PATH_BYTES], const char *record, efface_error *err)
{
    static const char *const endings[] = {".nii.gz", ".nii", ".hdr", ".hdr.gz", ".mgz", ".nrrd", ".mha"};
    static const char mark[] = "_efface";
    const char *dot = strrchr(record, '.');
    int stem = (int)(dot != NULL ? dot - record : (long)strlen(record));
    const int n = (int)strlen(mark);
    if (stem > n && strncmp(record + stem - n, mark, (size_t)n) == 0)
        stem -= n;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (snprintf(path, PATH_BYTES, "%.*s%s", stem, record, endings[i]) < PATH_BYTES &&
            access(path, R_OK) == 0)
            return EFFACE_PASS;
    return ef_fail(err, EFFACE_INPUT, "no image beside the record '%s'; name it with --image", record);
}

efface_status ef_reference_open(ef_carry *carry, const char *record, const char *image, int threads,
                                efface_error *err)
{
    char path[PATH_BYTES];
    ef_record_said said;
    memset(carry, 0, sizeof *carry);
    efface_status status = ef_record_read(&said, record, err);
    if (status == EFFACE_PASS && image == NULL)
        status = beside(path, record, err);
    if (status == EFFACE_PASS) {
        carry->world_from_atlas = said.world_from_atlas;
        status = ef_read(&carry->first, image != NULL ? image : path, threads, NULL, err);
    }
    return status;
}
