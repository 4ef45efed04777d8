/* A stranger's DICOM file: any bytes are walked or refused; what is told is about a byte of the file. */
#include "dicom_check.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    efface_error err;
    const efface_status status = ef_dicom_check_bytes(data, size, "fuzz", &err);
    if (status != EFFACE_PASS && (status != EFFACE_INPUT || strstr(err.message, "'fuzz'") == NULL))
        abort();
    return 0;
}
