/* efface phantom OUT: a head with known truth, from a seed. */
#include "base/options.h"
#include "cli/common_options.h"

struct arguments {
    efface_phantom_options options;
};

#define FIELD(member) offsetof(struct arguments, options.member)

static const ef_choice contrasts[] = {{"T1", 0}, {"T2", 1}, {"PD", 2}, {"FLAIR", 3}, {"CT", 4}, {NULL, 0}};
static const ef_choice fovs[] = {{"full", 0}, {"nochin", 1}, {"novertex", 2}, {"tight", 3}, {NULL, 0}};
static const ef_choice types[] = {{"int16", 0}, {"uint8", 1}, {"float32", 2}, {NULL, 0}};

static const ef_choice conditions[] = {
    {"atrophy", EFFACE_CONDITION_ATROPHY},     {"resection", EFFACE_CONDITION_RESECTION},
    {"beard", EFFACE_CONDITION_BEARD},         {"strap", EFFACE_CONDITION_STRAP},
    {"holder", EFFACE_CONDITION_HOLDER},       {"dental", EFFACE_CONDITION_DENTAL},
    {"dropout", EFFACE_CONDITION_DROPOUT},     {"speckle", EFFACE_CONDITION_SPECKLE},
    {"circle", EFFACE_CONDITION_CIRCLE},       {"shoulders", EFFACE_CONDITION_SHOULDERS},
    {"half", EFFACE_CONDITION_HALF},           {"slab", EFFACE_CONDITION_SLAB},
    {"large-box", EFFACE_CONDITION_LARGE_BOX}, {NULL, 0}};

static const ef_option options[] = {
    {.name = "Who", .kind = EF_HEADING},
    {.name = "seed",
     .letter = 's',
     .kind = EF_UINT64,
     .field = FIELD(seed),
     .value = "N",
     .help = "the person: the same seed gives the same face; 0 is the average person"},
    {.name = "head",
     .kind = EF_UINT64,
     .field = FIELD(head),
     .value = "N",
     .help =
         "seed of the person whose cranium, neck and brain are used, so that people differ only by face "
         "and ears; 0 is the person's own"},
    {.name = "size",
     .kind = EF_NUMBER,
     .field = FIELD(size),
     .low = 0.5,
     .high = 1.5,
     .value = "X",
     .help = "scale of the whole head"},
    {.name = "age-years",
     .kind = EF_NUMBER,
     .field = FIELD(age_years),
     .low = 0,
     .high = 120,
     .value = "YEARS",
     .help = "size and proportions of that age; growth ends at 18"},
    {.name = "conditions",
     .kind = EF_SET,
     .field = FIELD(conditions),
     .choices = conditions,
     .value = "LIST",
     .help = "conditions of the head or the scan"},
    {.name = "neck",
     .kind = EF_NUMBER,
     .field = FIELD(neck_mm),
     .low = 0,
     .high = 150,
     .value = "MM",
     .help = "length of the neck below the chin"},
    {.name = "How it was scanned", .kind = EF_HEADING},
    {.name = "scan",
     .kind = EF_UINT64,
     .field = FIELD(scan),
     .value = "N",
     .help = "seed of noise, receive field and drawn pose"},
    {.name = "contrast",
     .letter = 'c',
     .kind = EF_CHOICE,
     .field = FIELD(contrast),
     .choices = contrasts,
     .value = "NAME",
     .help = "signal of the tissues at 3 T, or CT numbers"},
    {.name = "noise",
     .kind = EF_NUMBER,
     .field = FIELD(noise_percent),
     .low = 0,
     .high = 100,
     .value = "PERCENT",
     .help = "sigma in percent of white matter's signal; for CT in HU"},
    {.name = "bias",
     .kind = EF_NUMBER,
     .field = FIELD(bias_percent),
     .low = 0,
     .high = 90,
     .value = "PERCENT",
     .help = "greatest departure of the receive field from 1; not used for CT"},
    {.name = "Where it lies", .kind = EF_HEADING},
    {.name = "voxel",
     .letter = 'v',
     .kind = EF_NUMBERS,
     .count = 3,
     .field = FIELD(voxel_mm),
     .low = 0.3,
     .high = 10,
     .value = "MM",
     .help = "voxel size along right, anterior, superior"},
    {.name = "orientation",
     .letter = 'o',
     .kind = EF_TEXT,
     .field = FIELD(orientation),
     .value = "CODE",
     .help = "where the stored axes point, any of the 48 codes"},
    {.name = "oblique",
     .kind = EF_NUMBERS,
     .count = 3,
     .field = FIELD(oblique_deg),
     .low = -180,
     .high = 180,
     .value = "DEG",
     .help = "rotation of the voxel grid about x, y, z"},
    {.name = "rotate",
     .kind = EF_NUMBERS,
     .count = 3,
     .field = FIELD(rotate_deg),
     .low = -180,
     .high = 180,
     .value = "DEG",
     .help = "the head's pitch, roll and yaw"},
    {.name = "shift",
     .kind = EF_NUMBERS,
     .count = 3,
     .field = FIELD(shift_mm),
     .low = -1000,
     .high = 1000,
     .value = "MM",
     .help = "position of the anterior commissure in the world"},
    {.name = "draw-pose",
     .kind = EF_FLAG,
     .field = FIELD(draw_pose),
     .help = "add a pose drawn with the scan's seed: 5 degrees of pitch, 3 of roll and yaw, 4 mm"},
    {.name = "fov",
     .kind = EF_CHOICE,
     .field = FIELD(fov),
     .choices = fovs,
     .value = "VIEW",
     .help = "field of view: the head with its neck, without chin or vertex, or tight on all sides"},
    {.name = "Outputs", .kind = EF_HEADING},
    {.name = "truth",
     .kind = EF_TEXT,
     .field = FIELD(truth),
     .value = "PREFIX",
     .help = "write PREFIX_tissue.nii.gz, PREFIX_brain.nii.gz, PREFIX_part.nii.gz and PREFIX.json"},
    {.name = "datatype",
     .kind = EF_CHOICE,
     .field = FIELD(datatype),
     .choices = types,
     .value = "TYPE",
     .help = "data type of the stored voxels"},
    EF_OPTION_FORCE(FIELD(force)),
    EF_OPTION_THREADS(FIELD(threads)),
    {0},
};

static void init(void *arguments)
{
    struct arguments *a = arguments;
    efface_phantom_options_init(&a->options);
}

static efface_status run(const ef_call *call, efface_error *err)
{
    const struct arguments *a = call->arguments;
    return efface_phantom(call->operands[0], &a->options, err);
}

const ef_command ef_cmd_phantom = {
    .name = "phantom",
    .summary = "make a synthetic head with known truth",
    .operands = "OUT",
    .least = 1,
    .most = 1,
    .description =
        "Makes the scan of a synthetic head: skull, brain, face and ears of an adult, drawn from published "
        "distributions of head and face measures, as a scanner would see it. The person depends only on "
        "--seed and --head; the other options say how the head is scanned.\n\n"
        "With --truth the true labels are written on the same grid: the tissue of every voxel, whether it "
        "belongs to the brain, and which part of the face or ears it is. Measures and landmarks are "
        "written as JSON.",
    .examples = "efface phantom head.nii.gz --truth head\n"
                "efface phantom t2.nii.gz --seed 7 --contrast T2 --voxel 0.9,0.9,3 --orientation LPS\n",
    .options = options,
    .size = sizeof(struct arguments),
    .init = init,
    .run = run,
};
