/* efface formats: which formats can be read and written, and which are missing and why. */
#include <stdio.h>

#include "cli/command.h"
#include "io/format.h"
#include "io/module.h"

static const ef_option options[] = {{0}};

static efface_status run(const ef_call *call, efface_error *err)
{
    (void)call;
    (void)err;
    efface_error why = {0};
    const ef_itk *itk = ef_module(&why);
    for (const ef_format *f = ef_formats; f->name != NULL; f++) {
        char endings[64] = "";
        int n = 0;
        for (const char *const *ending = f->endings; *ending != NULL; ending++)
            n += snprintf(endings + n, sizeof endings - (size_t)n, "%s%s", n > 0 ? " " : "", *ending);
        const bool here = f->by == EF_BY_NIFTI || f->by == EF_BY_MGH || itk != NULL;
        printf("%-20s %-26s %s%s%s\n", f->name, endings, here ? "yes" : "missing",
               f->limits != NULL ? ": " : "", f->limits != NULL ? f->limits : "");
    }
    if (itk != NULL)
        printf("\nthrough %s\n", itk->about);
    else
        printf("\nmissing: %s\n", why.message);
    return EFFACE_PASS;
}

const ef_command ef_cmd_formats = {
    .name = "formats",
    .summary = "list the file formats",
    .operands = "",
    .description =
        "Lists the formats that efface reads and writes, their endings, and what each of them can't hold. "
        "DICOM is read and written as folders of files. Formats that need ITK or GDCM are missing where "
        "their module was not built or can't be loaded; the last line then says why.",
    .examples = "efface formats\n",
    .options = options,
    .run = run,
};
