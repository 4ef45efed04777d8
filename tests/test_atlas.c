/* The compiled-in atlas: the properties that all stages rely on, and that damaged bytes are refused. */
#include "head/atlas.h"

#include <stdlib.h>

#include "check.h"

static ef_atlas atlas;

/* Cells of a left and a right part are mirrored into one another. */
static uint8_t mirrored_part(uint8_t part)
{
    return part == 7 ? 8 : part == 8 ? 7 : part;
}

/* The pose search takes the atlas to be its own mirror image; with it left and right of a head are treated
 * alike. */
static void left_is_right(void)
{
    const int64_t *n = atlas.grid.n;
    int64_t label = 0, brain = 0, part = 0, skin = 0, cut = 0;
    for (int64_t at = 0; at < ef_grid_count(&atlas.grid); at++) {
        const int64_t i = at % n[0], other = at - i + n[0] - 1 - i;
        label += atlas.label[at] != atlas.label[other];
        brain += atlas.brain[at] != atlas.brain[other];
        /* On the plane itself both ears are equally near. */
        part += at != other && atlas.part[at] != mirrored_part(atlas.part[other]);
        skin += memcmp(&atlas.skin_mm[at], &atlas.skin_mm[other], sizeof(float)) != 0;
        cut += memcmp(&atlas.cut_mm[at], &atlas.cut_mm[other], sizeof(float)) != 0;
    }
    CHECK_EQ(label, 0);
    CHECK_EQ(brain, 0);
    CHECK_EQ(part, 0);
    CHECK_EQ(skin, 0);
    CHECK_EQ(cut, 0);
    /* The plane between is x = 0. */
    const double middle = atlas.grid.world_from_voxel.m[0][3] +
                          0.5 * (double)(n[0] - 1) * atlas.grid.world_from_voxel.m[0][0];
    CHECK_NEAR(middle, 0, 1e-6);
}

/* Every kind of cell is there, and where it has to be. */
static void fields_fit_together(void)
{
    int64_t of_part[9] = {0}, of_label[EF_N_TISSUES] = {0}, brain = 0, brain_cut = 0, unlabelled = 0,
            head_air = 0;
    for (int64_t at = 0; at < ef_grid_count(&atlas.grid); at++) {
        CHECK(atlas.part[at] <= 8 && (atlas.label[at] < EF_N_TISSUES || atlas.label[at] == EF_UNKNOWN));
        of_part[atlas.part[at]]++;
        if (atlas.label[at] < EF_N_TISSUES)
            of_label[atlas.label[at]]++;
        const bool is_brain = atlas.brain[at] >= 128;
        brain += is_brain;
        brain_cut += is_brain && atlas.cut_mm[at] < 0;
        unlabelled += atlas.cut_mm[at] < 0 && atlas.part[at] == 0;
        head_air += atlas.label[at] == EF_AIR && atlas.skin_mm[at] < -4;
    }
    for (int p = 1; p <= 8; p++)
        CHECK(of_part[p] > 0);
    for (int l = 0; l < EF_N_TISSUES; l++)
        CHECK(of_label[l] > 0);
    const double mm = atlas.grid.world_from_voxel.m[0][0], ml = (double)brain * mm * mm * mm / 1000;
    CHECK(ml > 1000 && ml < 1900);
    CHECK_EQ(brain_cut, 0);
    CHECK_EQ(unlabelled, 0);
    CHECK_EQ(head_air, 0);
}

static bool same_fields(const ef_atlas *a, const ef_atlas *b)
{
    const size_t count = (size_t)ef_grid_count(&a->grid);
    return ef_grid_equal(&a->grid, &b->grid, 1e-9) && memcmp(a->label, b->label, count) == 0 &&
           memcmp(a->brain, b->brain, count) == 0 && memcmp(a->part, b->part, count) == 0 &&
           memcmp(a->skin_mm, b->skin_mm, count * sizeof(float)) == 0 &&
           memcmp(a->cut_mm, b->cut_mm, count * sizeof(float)) == 0;
}

static void packing_loses_nothing(void)
{
    uint8_t *bytes = NULL;
    size_t n_bytes = 0;
    efface_error err = {0};
    ef_atlas back = {0};
    CHECK_EQ(ef_atlas_pack(&bytes, &n_bytes, &atlas, &err), EFFACE_PASS);
    if (CHECK_EQ(ef_atlas_unpack(&back, bytes, n_bytes, &err), EFFACE_PASS))
        CHECK(same_fields(&atlas, &back));
    ef_atlas_release(&back);
    ef_atlas_release(&back);
    free(bytes);
}

/* Fewer bytes, more, another magic, sizes that can't be: refused, with nothing left to release. */
static void damaged_bytes_are_refused(void)
{
    static const struct {
        size_t at;
        uint8_t value;
    } damages[] = {{0, 'X'}, {7, '2'}, {8, 0}, {11, 0x7f}, {15, 0x80}, {18, 0xff}, {23, 0xff}};
    uint8_t *bytes = NULL;
    size_t n_bytes = 0;
    efface_error err = {0};
    CHECK_EQ(ef_atlas_pack(&bytes, &n_bytes, &atlas, &err), EFFACE_PASS);
    static const size_t lengths[] = {0, 1, 8, 35, 36, 1000};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        ef_atlas back = {0};
        CHECK(ef_atlas_unpack(&back, bytes, lengths[i], &err) != EFFACE_PASS);
        CHECK(err.message[0] != '\0');
        ef_atlas_release(&back);
    }
    ef_atlas back = {0};
    CHECK(ef_atlas_unpack(&back, bytes, n_bytes - 1, &err) != EFFACE_PASS);
    ef_atlas_release(&back);
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        const uint8_t good = bytes[damages[i].at];
        bytes[damages[i].at] = damages[i].value;
        if (!CHECK(ef_atlas_unpack(&back, bytes, n_bytes, &err) != EFFACE_PASS))
            fprintf(stderr, "    byte %zu\n", damages[i].at);
        ef_atlas_release(&back);
        bytes[damages[i].at] = good;
    }
    free(bytes);
}

int main(void)
{
    efface_error err = {0};
    if (CHECK_EQ(ef_atlas_load(&atlas, &err), EFFACE_PASS)) {
        left_is_right();
        fields_fit_together();
        packing_loses_nothing();
        damaged_bytes_are_refused();
    }
    ef_atlas_release(&atlas);
    return test_end();
}
