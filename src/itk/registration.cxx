/* Affine registration by Mattes' mutual information (Mattes et al. 2001, 2003), through ITK: a second
 * opinion about where the head lies that shares nothing with head/fit.c but the atlas. The atlas is the
 * fixed image, so that its unknown parts are never sampled.
 *
 * Coordinate spaces: 2 world and 4 atlas as in grid.h, both RAS; 2' and 4' are the same in LPS, which
 * ITK uses, and differ from them by the sign of x and y. */
#include "itk/registration.hxx"

#include <cmath>

#include <itkAffineTransform.h>
#include <itkImage.h>
#include <itkImageMaskSpatialObject.h>
#include <itkImageRegistrationMethodv4.h>
#include <itkMattesMutualInformationImageToImageMetricv4.h>
#include <itkMersenneTwisterRandomVariateGenerator.h>
#include <itkMultiThreaderBase.h>
#include <itkRegistrationParameterScalesFromPhysicalShift.h>
#include <itkRegularStepGradientDescentOptimizerv4.h>

#include "itk/guard.hxx"

namespace
{

using Image = itk::Image<float, 3>;
using Mask = itk::Image<unsigned char, 3>;
using MaskObject = itk::ImageMaskSpatialObject<3>;
using Transform = itk::AffineTransform<double, 3>;
using Metric = itk::MattesMutualInformationImageToImageMetricv4<Image, Image>;
using Method = itk::ImageRegistrationMethodv4<Image, Image, Transform>;
using Optimizer = itk::RegularStepGradientDescentOptimizerv4<double>;
using Scales = itk::RegistrationParameterScalesFromPhysicalShift<Metric>;

enum { LEVELS = 3, BINS = 32, SEED = 1, STEPS_MOST = 150 };

/* Of 2 mm: shrunk to 8, 4 and 4 mm; the last one smoothed less. Sampled in part: some 50 000 points are
 * ten thousand times the parameters. */
const unsigned shrink[LEVELS] = {4, 2, 2};
const double smooth_cells[LEVELS] = {2, 1, 0.5}, sampled[LEVELS] = {1, 0.3, 0.3};

/* First and last step of the optimiser, mm. */
const double first_step_mm = 2, last_step_mm = 0.02;

/* Signs of RAS to LPS. */
double sign_of(unsigned d)
{
    return d < 2 ? -1 : 1;
}

/* Makes an image of the grid; its geometry in LPS. */
template <typename AnImage> typename AnImage::Pointer image_on(const ef_grid &grid)
{
    typename AnImage::Pointer image = AnImage::New();
    typename AnImage::SizeType size;
    typename AnImage::SpacingType spacing;
    typename AnImage::PointType origin;
    typename AnImage::DirectionType direction;
    for (unsigned d = 0; d < 3; d++) {
        size[d] = static_cast<itk::SizeValueType>(grid.n[d]);
        const auto &m = grid.world_from_voxel.m;
        spacing[d] = std::sqrt(m[0][d] * m[0][d] + m[1][d] * m[1][d] + m[2][d] * m[2][d]);
        for (unsigned row = 0; row < 3; row++)
            direction[row][d] = sign_of(row) * m[row][d] / spacing[d];
        origin[d] = sign_of(d) * m[d][3];
    }
    image->SetRegions(size);
    image->SetSpacing(spacing);
    image->SetOrigin(origin);
    image->SetDirection(direction);
    image->Allocate();
    return image;
}

/* An image and a mask of where it is known: NaN becomes the smallest value. */
struct Known {
    Image::Pointer image;
    MaskObject::Pointer mask;
};

Known known_of(const ef_grid &grid, const float *value)
{
    Known known = {image_on<Image>(grid), MaskObject::New()};
    const Mask::Pointer mask = image_on<Mask>(grid);
    const int64_t count = ef_grid_count(&grid);
    float least = INFINITY;
    for (int64_t i = 0; i < count; i++)
        least = value[i] < least ? value[i] : least;
    if (!std::isfinite(least))
        throw Failure(EFFACE_INPUT, "nothing to register");
    for (int64_t i = 0; i < count; i++) {
        const bool there = std::isfinite(value[i]);
        known.image->GetBufferPointer()[i] = there ? value[i] : least;
        mask->GetBufferPointer()[i] = there ? 1 : 0;
    }
    known.mask->SetImage(mask);
    known.mask->Update();
    return known;
}

/* The transform from 4' to 2'; its rotation and scale act about the middle of the atlas. */
Transform::Pointer transform_of(const ef_affine &start, const Image &atlas)
{
    Transform::Pointer transform = Transform::New();
    Transform::MatrixType matrix;
    Transform::OutputVectorType offset;
    for (unsigned row = 0; row < 3; row++) {
        for (unsigned column = 0; column < 3; column++)
            matrix[row][column] = sign_of(row) * sign_of(column) * start.m[row][column];
        offset[row] = sign_of(row) * start.m[row][3];
    }
    itk::ContinuousIndex<double, 3> middle;
    for (unsigned d = 0; d < 3; d++)
        middle[d] = (static_cast<double>(atlas.GetLargestPossibleRegion().GetSize()[d]) - 1) / 2;
    Transform::InputPointType centre;
    atlas.TransformContinuousIndexToPhysicalPoint(middle, centre);
    transform->SetCenter(centre);
    transform->SetMatrix(matrix);
    transform->SetOffset(offset);
    return transform;
}

Optimizer::Pointer optimizer_for(Metric *metric)
{
    const Optimizer::Pointer optimizer = Optimizer::New();
    const Scales::Pointer scales = Scales::New();
    scales->SetMetric(metric);
    scales->SetTransformForward(true);
    optimizer->SetScalesEstimator(scales);
    optimizer->SetDoEstimateLearningRateOnce(true);
    optimizer->SetDoEstimateLearningRateAtEachIteration(false);
    optimizer->SetMaximumStepSizeInPhysicalUnits(first_step_mm);
    optimizer->SetMinimumStepLength(last_step_mm);
    optimizer->SetRelaxationFactor(0.6);
    optimizer->SetNumberOfIterations(STEPS_MOST);
    optimizer->SetReturnBestParametersAndValue(true);
    /* threads would add derivatives in an order that varies */
    optimizer->SetNumberOfWorkUnits(1);
    return optimizer;
}

Method::Pointer method_for(Metric *metric)
{
    const Method::Pointer method = Method::New();
    Method::ShrinkFactorsArrayType shrinks(LEVELS);
    Method::SmoothingSigmasArrayType sigmas(LEVELS);
    Method::MetricSamplingPercentageArrayType fractions(LEVELS);
    for (unsigned level = 0; level < LEVELS; level++) {
        shrinks[level] = shrink[level];
        sigmas[level] = smooth_cells[level];
        fractions[level] = sampled[level];
    }
    method->SetNumberOfLevels(LEVELS);
    method->SetShrinkFactorsPerLevel(shrinks);
    method->SetSmoothingSigmasPerLevel(sigmas);
    method->SetSmoothingSigmasAreSpecifiedInPhysicalUnits(false);
    method->SetMetricSamplingStrategy(Method::MetricSamplingStrategyEnum::RANDOM);
    method->SetMetricSamplingPercentagePerLevel(fractions);
    method->MetricSamplingReinitializeSeed(SEED);
    method->SetMetric(metric);
    method->SetNumberOfWorkUnits(1);
    return method;
}

void register_both(ef_affine &pose, const Known &atlas, const Known &head)
{
    const Metric::Pointer metric = Metric::New();
    metric->SetNumberOfHistogramBins(BINS);
    metric->SetFixedImageMask(atlas.mask);
    metric->SetMovingImageMask(head.mask);
    metric->SetUseMovingImageGradientFilter(false);
    metric->SetUseFixedImageGradientFilter(false);
    metric->SetMaximumNumberOfWorkUnits(1);
    const Transform::Pointer transform = transform_of(pose, *atlas.image);
    const Optimizer::Pointer optimizer = optimizer_for(metric);
    const Method::Pointer method = method_for(metric);
    method->SetFixedImage(atlas.image);
    method->SetMovingImage(head.image);
    method->SetInitialTransform(transform);
    method->InPlaceOn();
    method->SetOptimizer(optimizer);
    method->Update();
    const Transform *found = method->GetTransform();
    for (unsigned row = 0; row < 3; row++) {
        for (unsigned column = 0; column < 3; column++)
            pose.m[row][column] = sign_of(row) * sign_of(column) * found->GetMatrix()[row][column];
        pose.m[row][3] = sign_of(row) * found->GetOffset()[row];
    }
}

} // namespace

efface_status register_head(ef_affine *world_from_atlas, const ef_grid *atlas_grid, const float *atlas,
                            const ef_grid *head_grid, const float *head, efface_error *err) noexcept
{
    return guard("registration", err, [&] {
        itk::MultiThreaderBase::SetGlobalDefaultNumberOfThreads(
            1); /* also of what has no setting of its own */
        itk::Statistics::MersenneTwisterRandomVariateGenerator::GetInstance()->SetSeed(SEED);
        ef_affine pose = *world_from_atlas;
        register_both(pose, known_of(*atlas_grid, atlas), known_of(*head_grid, head));
        *world_from_atlas = pose;
    });
}
