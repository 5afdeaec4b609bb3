using Flyteidl2.Imagebuilder;
using Grpc.Core;
using Union.Core.Boundary;

namespace Union.Host.Api;

/// <summary>Images are built elsewhere: a client that asks for one learns which, and what to do.</summary>
internal sealed class ImageApi : ImageService.ImageServiceBase
{
    public override Task<GetImageResponse> GetImage(GetImageRequest request, ServerCallContext context)
    {
        var name = request.Id?.Name ?? "";
        throw new UnionException(
            ErrorCode.NotFound, "images_built_elsewhere",
            name.Length is > 0 and <= 255 && !name.Any(char.IsControl)
                ? $"The image {name} is not known here: images are built elsewhere."
                : "Images are built elsewhere.",
            "Build and push it with a builder of your own, and name it by its URI.");
    }
}
