/* A folder of DICOM files: sorted into series, and a series made an image. */
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <unordered_map>

#include "itk/dicom.hxx"

extern "C" {
#include "base/checksum.h"
}

using namespace dicom;

namespace
{

bool near_each_other(const Vector &a, const Vector &b)
{
    double square = 0;
    for (size_t d = 0; d < 3; d++)
        square += (a[d] - b[d]) * (a[d] - b[d]);
    return square < 1e-6;
}

/* Whether two images have the same shape, kind and direction. */
bool alike(const File &a, const File &b)
{
    return a.sop_class == b.sop_class && a.rows == b.rows && a.columns == b.columns && a.echo == b.echo &&
           a.image_type == b.image_type && a.cell.allocated == b.cell.allocated &&
           a.cell.stored == b.cell.stored && a.cell.high == b.cell.high &&
           a.cell.is_signed == b.cell.is_signed && std::abs(a.spacing[0] - b.spacing[0]) < 1e-4 &&
           std::abs(a.spacing[1] - b.spacing[1]) < 1e-4 && near_each_other(a.row, b.row) &&
           near_each_other(a.column, b.column);
}

/* Whether a file belongs to the same scan as another one. */
bool same_scan(const File &a, const File &b)
{
    if (a.reason != b.reason || a.series != b.series || a.study != b.study)
        return false;
    return !a.reason.empty() || alike(a, b);
}

/* Whether it is the only image of its series, and that says in which frame it lies. */
bool stands_alone(const Series &series)
{
    const File &first = series.files[0];
    return series.files.size() == 1 && first.reason.empty() && first.slices.size() == 1 &&
           !first.frame.empty();
}

/* Some software gives every image a Series UID of its own. Images alone in their series that share study, number and
 * frame of reference, shape and direction are one scan. */
void join_single_images(std::vector<Series> &all)
{
    std::vector<Series> made;
    std::unordered_map<std::string, std::vector<size_t>> places; /* in made, of what may be joined */
    for (Series &series : all) {
        const File file = series.files[0];
        const bool alone = stands_alone(series);
        std::vector<size_t> *near = nullptr;
        if (alone) {
            near = &places[file.study + '\n' + file.frame + '\n' + std::to_string(file.series_number)];
            const auto found = std::find_if(near->begin(), near->end(),
                                            [&](size_t i) { return alike(made[i].files[0], file); });
            if (found != near->end()) {
                made[*found].files.push_back(file);
                continue;
            }
            near->push_back(made.size());
        }
        made.push_back(std::move(series));
    }
    all.swap(made);
}

/* Puts every file to the scan that it belongs to. */
void sort_files(std::vector<Series> &all, const char *const *paths, size_t n)
{
    std::unordered_map<std::string, std::vector<size_t>> places; /* in all, by Series UID */
    for (size_t i = 0; i < n; i++) {
        File file;
        read_file(file, paths[i]);
        std::vector<size_t> &near = places[file.series];
        /* from the last: the files of one series mostly follow one another */
        const auto found = std::find_if(near.rbegin(), near.rend(),
                                        [&](size_t s) { return same_scan(all[s].files[0], file); });
        if (found != near.rend()) {
            all[*found].files.push_back(std::move(file));
            continue;
        }
        near.push_back(all.size());
        all.emplace_back();
        all.back().files.push_back(std::move(file));
    }
}

template <size_t n> void copy(char (&out)[n], const std::string &words)
{
    std::snprintf(out, n, "%s", words.c_str());
    for (char *at = out; *at != '\0'; at++)
        if (static_cast<unsigned char>(*at) < ' ')
            *at = ' ';
}

/* Fills what is known about a series before its slices are ordered. */
void describe(Series &series, size_t number_of_its_kind)
{
    const File &first = series.files[0];
    ef_dicom_series &info = series.info;
    info.number = first.series_number;
    info.n_files = static_cast<int>(series.files.size());
    copy(info.uid, first.series);
    copy(info.study, first.study);
    copy(info.frame, first.frame);
    copy(info.patient, first.patient);
    copy(info.patient_name, first.patient_name);
    copy(info.modality, first.modality);
    copy(info.description, first.description);
    copy(info.left_out, first.reason);
    info.broken = first.broken;
    const std::string suffix = number_of_its_kind > 0 ? "_" + std::to_string(number_of_its_kind + 1) : "";
    std::snprintf(info.name, sizeof info.name, "series_%03d%s", first.series_number, suffix.c_str());
}

void open(ef_dicom &dicom, const char *const *paths, size_t n)
{
    sort_files(dicom.series, paths, n);
    join_single_images(dicom.series);
    std::stable_sort(dicom.series.begin(), dicom.series.end(), [](const Series &a, const Series &b) {
        return a.files[0].series_number < b.files[0].series_number;
    });
    std::map<std::pair<std::string, int>, size_t> used; /* by study and number */
    for (Series &series : dicom.series) {
        const File &first = series.files[0];
        describe(series, first.reason.empty() ? used[{first.study, first.series_number}]++ : 0);
        if (first.reason.empty())
            arrange(series);
    }
}

const Series &series_of(const ef_dicom *dicom, size_t i)
{
    const Series &series = dicom->series.at(i);
    if (series.info.left_out[0] != '\0')
        throw Failure(EFFACE_INPUT, std::string(series.info.left_out) + ": '" + series.files[0].path + "'");
    return series;
}

void hash(ef_sha256 &sha, const std::string &path)
{
    std::ifstream stream(path, std::ios::binary);
    std::vector<char> piece(1 << 20);
    while (stream) {
        stream.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        ef_sha256_add(&sha, piece.data(), static_cast<size_t>(stream.gcount()));
    }
}

template <typename T>
void put_row(T *to, const uint8_t *bytes, const File &file, const Frame &frame, unsigned row, bool scale)
{
    for (unsigned x = 0; x < file.columns; x++) {
        const int64_t stored = cell_value(bytes + pixel_offset(file, frame.index, row, x), file.cell);
        to[x] = scale ? static_cast<T>(static_cast<double>(stored) * frame.slope + frame.intercept)
                      : static_cast<T>(stored);
    }
}

void put_row_of(void *voxels, ek_dtype type, size_t at, const uint8_t *bytes, const File &file,
                const Frame &frame, unsigned row)
{
    switch (type) {
    case EK_UINT8:
        return put_row(static_cast<uint8_t *>(voxels) + at, bytes, file, frame, row, false);
    case EK_INT8:
        return put_row(static_cast<int8_t *>(voxels) + at, bytes, file, frame, row, false);
    case EK_UINT16:
        return put_row(static_cast<uint16_t *>(voxels) + at, bytes, file, frame, row, false);
    case EK_INT16:
        return put_row(static_cast<int16_t *>(voxels) + at, bytes, file, frame, row, false);
    case EK_UINT32:
        return put_row(static_cast<uint32_t *>(voxels) + at, bytes, file, frame, row, false);
    case EK_INT32:
        return put_row(static_cast<int32_t *>(voxels) + at, bytes, file, frame, row, false);
    default:
        return put_row(static_cast<float *>(voxels) + at, bytes, file, frame, row, true);
    }
}

/* Copies the slices of one file to their places in the image, each in its own plane. */
void place_file(ef_image &image, const Series &series, size_t f)
{
    gdcm::File whole;
    const File &file = series.files[f];
    const std::vector<uint8_t> bytes = pixels(whole, file);
    const size_t plane = static_cast<size_t>(file.rows) * file.columns;
    for (size_t i = 0; i < series.frames.size(); i++) {
        const Frame &frame = series.frames[i];
        if (frame.file != f)
            continue;
        const size_t k =
            series.home[i % series.positions] + i / series.positions * series.plane_source.size();
        for (unsigned y = 0; y < file.rows; y++)
            put_row_of(image.voxels, image.dtype,
                       k * plane + static_cast<size_t>(file.rows - 1 - y) * file.columns, bytes.data(),
                       file, frame, y);
    }
}

/* Fills the planes between slices that are farther apart than the others with the nearest slice. */
void repeat_planes(ef_image &image, const Series &series)
{
    const size_t plane =
        static_cast<size_t>(image.grid.n[0] * image.grid.n[1]) * ek_dtype_size(image.dtype);
    auto *voxels = static_cast<uint8_t *>(image.voxels);
    for (size_t v = 0; v < series.volumes; v++) {
        uint8_t *volume = voxels + v * series.plane_source.size() * plane;
        for (size_t k = 0; k < series.plane_source.size(); k++) {
            const size_t from = series.home[series.plane_source[k]];
            if (from != k)
                std::memcpy(volume + k * plane, volume + from * plane, plane);
        }
    }
}

void read(ef_image &image, const ef_dicom *dicom, size_t i, char sha256[65])
{
    const Series &series = series_of(dicom, i);
    for (const File &file : series.files)
        (void)pixel_bytes(file); /* before memory is asked for */
    image.grid = series.grid;
    image.n_volumes = static_cast<int64_t>(series.volumes);
    image.dtype = series.dtype;
    image.slope = series.scale_per_slice || series.frames[0].slope == 0 ? 1 : series.frames[0].slope;
    image.inter = series.scale_per_slice ? 0 : series.frames[0].intercept;
    image.has_geometry = true;
    image.note =
        series.info.regular ? nullptr : "planes are repeated where slices are not equally far apart";
    image.n_bytes =
        static_cast<size_t>(ef_grid_count(&image.grid)) * series.volumes * ek_dtype_size(image.dtype);
    image.voxels = std::calloc(image.n_bytes, 1);
    if (image.voxels == nullptr)
        throw std::bad_alloc();
    ef_sha256 sha;
    ef_sha256_start(&sha);
    for (size_t f = 0; f < series.files.size(); f++) {
        place_file(image, series, f);
        hash(sha, series.files[f].path);
    }
    ef_sha256_end(sha256, &sha);
    repeat_planes(image, series);
}

} // namespace

efface_status dicom_open(ef_dicom **made, const char *const *paths, size_t n, efface_error *err) noexcept
{
    *made = nullptr;
    return guard("DICOM", err, [&] {
        auto dicom = std::make_unique<ef_dicom>();
        open(*dicom, paths, n);
        *made = dicom.release();
    });
}

size_t dicom_count(const ef_dicom *dicom) noexcept
{
    return dicom->series.size();
}

const char *dicom_path(const ef_dicom *dicom, size_t i, size_t file) noexcept
{
    const Series &series = dicom->series[i];
    return file < series.files.size() ? series.files[file].path.c_str() : nullptr;
}

const ef_dicom_series *dicom_series(const ef_dicom *dicom, size_t i) noexcept
{
    return &dicom->series[i].info;
}

efface_status dicom_read(ef_image *image, const ef_dicom *dicom, size_t i, char sha256[65],
                         efface_error *err) noexcept
{
    std::memset(image, 0, sizeof *image);
    const efface_status status =
        guard(dicom->series[i].info.name, err, [&] { read(*image, dicom, i, sha256); });
    if (status != EFFACE_PASS)
        ef_image_release(image);
    return status;
}

void dicom_close(ef_dicom *dicom) noexcept
{
    delete dicom;
}
