/* A whole program that uses the library: cc example.c $(pkg-config --cflags --libs efface) */
#include <stdio.h>

#include <efface.h>

int main(int argc, char **argv)
{
    efface_options options;
    efface_result result;
    efface_error error;
    if (argc != 3) {
        fprintf(stderr, "usage: example IN OUT\n");
        return EFFACE_USAGE;
    }
    efface_options_init(&options);
    options.parts = EFFACE_PARTS_FACE; /* the ears stay */
    options.force = true;
    efface_status status = efface_run(argv[1], argv[2], &options, &result, &error);
    if (status != EFFACE_PASS) {
        fprintf(stderr, "example: %s: %s\n", efface_status_name(status), error.message);
        return (int)status;
    }
    printf("%lld voxels taken out, %lld protected\n", (long long)result.mask_voxels,
           (long long)result.brain_voxels);
    return EFFACE_PASS;
}
