# The module efface_itk: built where EFFACE_ITK is on and ITK 5 and GDCM 3 are found. Only it is linked with them.
if(NOT EFFACE_ITK)
  return()
endif()
include(CheckLanguage)
check_language(CXX)
if(NOT CMAKE_CXX_COMPILER)
  message(STATUS "without the ITK module: no C++ compiler")
  return()
endif()
enable_language(CXX)
set(efface_itk_components ITKCommon ITKIOImageBase ITKIONRRD ITKIOMeta ITKIOGIPL ITKIOVTK ITKIOMINC ITKIOHDF5
  ITKTransform ITKSpatialObjects ITKOptimizersv4 ITKMetricsv4 ITKRegistrationMethodsv4)
# Debian's GDCMTargets.cmake names programs of packages that need not be there, and fails: its parts are looked for.
find_path(GDCM_INCLUDE gdcmReader.h PATH_SUFFIXES gdcm-3.0)
find_library(GDCM_MSFF gdcmMSFF)
find_library(GDCM_DSED gdcmDSED)
find_library(GDCM_DICT gdcmDICT)
find_library(GDCM_COMMON gdcmCommon)
find_package(ITK 5 QUIET COMPONENTS ${efface_itk_components})
if(NOT ITK_FOUND OR NOT GDCM_INCLUDE OR NOT GDCM_MSFF OR NOT GDCM_DSED OR NOT GDCM_DICT OR NOT GDCM_COMMON)
  message(STATUS "without the ITK module: ITK 5 (libinsighttoolkit5-dev) and GDCM 3 (libgdcm-dev) were not found")
  return()
endif()
add_library(efface_itk MODULE
  src/itk/dicom_csa.cxx
  src/itk/dicom_deidentify.cxx
  src/itk/dicom_attributes.cxx
  src/itk/dicom_file.cxx
  src/itk/dicom_folder.cxx
  src/itk/dicom_pictures.cxx
  src/itk/dicom_pixels.cxx
  src/itk/dicom_series.cxx
  src/itk/dicom_streams.cxx
  src/itk/dicom_structure.cxx
  src/itk/dicom_values.cxx
  src/itk/dicom_write.cxx
  src/itk/images.cxx
  src/itk/registration.cxx
  src/itk/shim.cxx
  src/itk/silence.cxx
)
set_target_properties(efface_itk PROPERTIES PREFIX "" CXX_STANDARD 17 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF
  CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
target_include_directories(efface_itk SYSTEM PRIVATE ${ITK_INCLUDE_DIRS} ${GDCM_INCLUDE})
target_link_libraries(efface_itk PRIVATE efface_core ${ITK_LIBRARIES} ${GDCM_MSFF} ${GDCM_DSED} ${GDCM_DICT} ${GDCM_COMMON})
target_link_options(efface_itk PRIVATE -Wl,--exclude-libs,ALL -Wl,--as-needed)
install(TARGETS efface_itk LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/efface)
